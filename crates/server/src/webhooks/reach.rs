//! Which machines a webhook may reach: those of the public Internet, unless private ones are allowed.
//!
//! Whoever may set a webhook must not thereby reach what only this machine can: its own services, those of its network,
//! or the metadata service of a cloud. A name is looked up when a message is sent, and what it stands for then is what
//! is connected to, so a name that means something else later gains nothing.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// Whether addresses of private networks may be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reach {
    /// Whether they may.
    pub private: bool,
}

/// Why an address is not reached.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OutOfReach {
    /// It is no address.
    #[error("must be an address such as https://hooks.example.com/signalbox")]
    Malformed,
    /// It is not encrypted.
    #[error("must begin with \"https://\": messages name people and features, and nobody between should read them")]
    Unencrypted,
    /// It leads into a private network.
    #[error("must not lead into a private network ({0}); start the server with --allow-private-webhooks to let it")]
    Private(String),
}

impl Reach {
    /// Whether this address may be reached, as far as it can be told without looking its host up.
    ///
    /// # Errors
    /// [`OutOfReach`] says why not.
    pub fn check(self, address: &str) -> Result<reqwest::Url, OutOfReach> {
        let url = reqwest::Url::parse(address).map_err(|_| OutOfReach::Malformed)?;
        let host = url.host_str().ok_or(OutOfReach::Malformed)?;
        if self.private {
            return Ok(url);
        }
        if url.scheme() != "https" {
            return Err(OutOfReach::Unencrypted);
        }
        // The parser has turned every spelling of an address into the usual one: 127.1, 0x7f000001, 2130706433.
        let literal = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>().ok();
        let local = host.eq_ignore_ascii_case("localhost") || host.to_ascii_lowercase().ends_with(".localhost");
        if local || literal.is_some_and(|address| !is_public(address)) {
            return Err(OutOfReach::Private(host.to_owned()));
        }
        Ok(url)
    }
}

/// Looks names up, and keeps back addresses that may not be reached.
impl Resolve for Reach {
    fn resolve(&self, name: Name) -> Resolving {
        let private = self.private;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let (mut allowed, mut refused) = (Vec::new(), 0);
            for address in found {
                if private || is_public(address.ip()) {
                    allowed.push(address);
                } else {
                    refused += 1;
                }
            }
            if allowed.is_empty() && refused > 0 {
                return Err(OutOfReach::Private(name.as_str().to_owned()).into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

/// Ranges that are not of the public Internet: the registries of special-purpose addresses of IANA, RFC 6890, without
/// those of them that are globally reachable.
const PRIVATE_V4: [(Ipv4Addr, u8); 15] = [
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
];
/// Global unicast is 2000::/3 alone; of it these are not public.
const PRIVATE_V6: [(Ipv6Addr, u8); 3] = [
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];
const GLOBAL_V6: (Ipv6Addr, u8) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);
/// Networks in whose addresses one of version 4 stands: where it lies, counted in bits from the end.
const WITHIN_V6: [(Ipv6Addr, u8, u32); 3] = [
    // Mapped, and translated by NAT64 (RFC 6052).
    (Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, 0, 0), 96, 0),
    (Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0), 96, 0),
    // 6to4 (RFC 3056).
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16, 80),
];

/// Whether an address is of the public Internet.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !PRIVATE_V4.iter().any(|range| within_v4(address, *range)),
        IpAddr::V6(address) => {
            if let Some((.., shift)) = WITHIN_V6.into_iter().find(|(net, bits, _)| within_v6(address, (*net, *bits))) {
                #[expect(clippy::cast_possible_truncation, reason = "32 bits are wanted")]
                let inner = (address.to_bits() >> shift) as u32;
                return is_public(IpAddr::V4(Ipv4Addr::from_bits(inner)));
            }
            within_v6(address, GLOBAL_V6) && !PRIVATE_V6.iter().any(|range| within_v6(address, *range))
        }
    }
}

fn within_v4(address: Ipv4Addr, (network, bits): (Ipv4Addr, u8)) -> bool {
    let mask = u32::MAX << (32 - u32::from(bits));
    address.to_bits() & mask == network.to_bits()
}

fn within_v6(address: Ipv6Addr, (network, bits): (Ipv6Addr, u8)) -> bool {
    let mask = u128::MAX << (128 - u32::from(bits));
    address.to_bits() & mask == network.to_bits()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PUBLIC: Reach = Reach { private: false };

    #[test]
    fn private_addresses_are_out_of_reach_however_they_are_spelled() {
        for host in [
            "localhost",
            "api.LOCALHOST",
            "127.0.0.1",
            "127.1",
            "0x7f.1",
            "2130706433",
            "0177.0.0.1",
            "10.1.2.3",
            "172.31.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "[::1]",
            "[::]",
            "[fd00::1]",
            "[fe80::1]",
            "[::ffff:127.0.0.1]",
            "[::ffff:10.0.0.1]",
            "[64:ff9b::7f00:1]",
            "[2002:7f00:1::]",
            "[2001:db8::1]",
            "[ff02::1]",
        ] {
            let refused = PUBLIC.check(&format!("https://{host}/x")).unwrap_err();
            assert!(matches!(refused, OutOfReach::Private(_)), "{host}: {refused}");
            assert!(Reach { private: true }.check(&format!("http://{host}/x")).is_ok(), "{host}");
        }
        for host in
            ["hooks.example.com", "8.8.8.8", "172.32.0.1", "[2606:4700:4700::1111]", "[2002:808:808::]", "100.128.0.1"]
        {
            assert!(PUBLIC.check(&format!("https://{host}:8443/x")).is_ok(), "{host}");
        }
        assert_eq!(PUBLIC.check("http://hooks.example.com"), Err(OutOfReach::Unencrypted));
        for bad in ["", "https://", "https://exa mple.com", "https://[::1", "https://example.com:99999"] {
            assert_eq!(PUBLIC.check(bad), Err(OutOfReach::Malformed), "{bad}");
        }
    }

    #[tokio::test]
    async fn a_name_that_leads_into_a_private_network_is_not_followed() {
        let name = || "localhost".parse::<Name>().unwrap();
        let refused = PUBLIC.resolve(name()).await.err().unwrap();
        assert!(refused.to_string().contains("private network"), "{refused}");
        let found: Vec<_> = Reach { private: true }.resolve(name()).await.unwrap().collect();
        assert!(found.iter().all(|address| address.ip().is_loopback()) && !found.is_empty());
    }
}

//! Clauses on internet addresses: within any of these networks.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;
use serde::Serialize;

use super::attribute::{AttributePath, Seen};
use super::limits::MOST_VALUES;
use super::text::check_count;
use super::verdict::Verdict;
use crate::refusal::Refusal;

/// Networks that an address may be in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Networks {
    /// Which attribute; a text that is an IPv4 or IPv6 address. An IPv4 address in IPv6 clothing,
    /// `::ffff:192.0.2.1`, is the IPv4 address.
    pub attribute: AttributePath,
    /// In CIDR notation, or single addresses. At most [`MOST_VALUES`]. An address that belongs to one person is
    /// personal and does not belong here.
    pub networks: Vec<String>,
}

impl Networks {
    pub(super) fn check(&self, field: &str) -> Result<(), Refusal> {
        check_count(self.networks.len(), "networks", field)?;
        let mut seen = Vec::with_capacity(self.networks.len().min(MOST_VALUES));
        for (index, text) in self.networks.iter().enumerate() {
            let refuse = |message: String| Err(Refusal::invalid(format!("{field}.networks[{index}]"), message));
            let Some(network) = network(text) else {
                return refuse("must be a network such as 10.0.0.0/8 or 2001:db8::/32, or an address".into());
            };
            if network.addr() != network.network() {
                return refuse(format!("must begin where the network does: {}", network.trunc()));
            }
            if seen.contains(&network) {
                return refuse("must not be listed twice".into());
            }
            seen.push(network);
        }
        Ok(())
    }
}

/// Reads a network or a single address.
fn network(text: &str) -> Option<IpNet> {
    text.parse::<IpNet>().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}

/// Networks as sorted ranges that do not overlap, to be searched by halves.
#[derive(Debug, Clone, Default)]
pub(super) struct NetworkMatcher {
    v4: Box<[(Ipv4Addr, Ipv4Addr)]>,
    v6: Box<[(Ipv6Addr, Ipv6Addr)]>,
}

impl NetworkMatcher {
    /// All that can be read of a list.
    pub(super) fn new(test: &Networks) -> Self {
        let mut v4 = Vec::new();
        let mut v6 = Vec::new();
        for network in test.networks.iter().filter_map(|text| network(text)) {
            let (first, last) = (network.network(), network.broadcast());
            match (first, last, first.to_canonical(), last.to_canonical()) {
                (_, _, IpAddr::V4(first), IpAddr::V4(last)) => v4.push((first, last)),
                (IpAddr::V6(first), IpAddr::V6(last), ..) => v6.push((first, last)),
                // A network is of one family.
                _ => {}
            }
        }
        Self { v4: merged(v4), v6: merged(v6) }
    }

    pub(super) fn judge(&self, seen: Seen<'_>) -> Verdict {
        let Seen::Text(text) = seen else { return Verdict::Unknown };
        let Ok(address) = text.parse::<IpAddr>() else { return Verdict::Unknown };
        match address.to_canonical() {
            IpAddr::V4(address) => contains(&self.v4, address),
            IpAddr::V6(address) => contains(&self.v6, address),
        }
        .into()
    }
}

/// Sorted, with what overlaps made one.
fn merged<Address: Copy + Ord>(mut ranges: Vec<(Address, Address)>) -> Box<[(Address, Address)]> {
    ranges.sort_unstable();
    let mut merged: Vec<(Address, Address)> = Vec::with_capacity(ranges.len());
    for (first, last) in ranges {
        match merged.last_mut() {
            Some((_, end)) if first <= *end => *end = last.max(*end),
            _ => merged.push((first, last)),
        }
    }
    merged.into()
}

fn contains<Address: Copy + Ord>(ranges: &[(Address, Address)], address: Address) -> bool {
    let after = ranges.partition_point(|(first, _)| *first <= address);
    after.checked_sub(1).is_some_and(|index| address <= ranges[index].1)
}

#[cfg(test)]
mod tests {
    use crate::targeting::testing::{check, check_refused};
    use serde_json::json;

    #[test]
    fn addresses_are_found_in_networks() {
        let table: &[(&[&str], &[&str], &[&str])] = &[
            (
                &["10.0.0.0/8", "192.0.2.7"],
                &["10.0.0.0", "10.255.255.255", "192.0.2.7", "::ffff:10.1.2.3", "::ffff:c000:207"],
                &["9.255.255.255", "11.0.0.0", "192.0.2.6", "192.0.2.8", "::10.1.2.3", "::1"],
            ),
            (&["0.0.0.0/0"], &["0.0.0.0", "255.255.255.255", "::ffff:1.2.3.4"], &["::", "2001:db8::1"]),
            (&["192.0.2.128/25"], &["192.0.2.128", "192.0.2.255"], &["192.0.2.127"]),
            (&["192.0.2.4/31", "192.0.2.5/32"], &["192.0.2.4", "192.0.2.5"], &["192.0.2.3", "192.0.2.6"]),
            (
                &["2001:db8::/32", "fe80::1"],
                &["2001:db8::", "2001:DB8:ffff:ffff:ffff:ffff:ffff:ffff", "fe80::1"],
                &["2001:db9::", "2001:db7:ffff::", "fe80::2", "32.1.13.184"],
            ),
            (&["::ffff:10.0.0.0/104"], &["10.1.2.3", "::ffff:10.1.2.3"], &["11.0.0.0"]),
            (&["::/0"], &["::", "2001:db8::1"], &["1.2.3.4", "::ffff:1.2.3.4"]),
            // Nested and overlapping, in no order.
            (
                &["10.1.0.0/16", "10.0.0.0/8", "9.0.0.0/8", "10.200.0.0/13"],
                &["9.0.0.0", "10.0.0.1", "10.1.2.3", "10.255.0.0"],
                &["8.255.255.255", "11.0.0.0"],
            ),
        ];
        for (networks, within, outside) in table {
            let clause = json!({"operator": "in_network", "attribute": "ip", "networks": networks});
            within.iter().for_each(|address| check(&clause, json!({"ip": address}), true));
            outside.iter().for_each(|address| check(&clause, json!({"ip": address}), false));
        }
    }

    #[test]
    fn what_is_no_address_is_not_judged() {
        for not in [false, true] {
            let clause =
                json!({"operator": "in_network", "attribute": "ip", "networks": ["0.0.0.0/0", "::/0"], "not": not});
            for value in [
                json!(""),
                json!("10.0.0"),
                json!("010.0.0.1"),
                json!("10.0.0.1:80"),
                json!("10.0.0.0/8"),
                json!("fe80::1%eth0"),
                json!(" 10.0.0.1"),
                json!("localhost"),
                json!(167_772_161),
                json!(null),
                json!(true),
            ] {
                check(&clause, json!({"ip": value}), false);
            }
            check(&clause, json!({"ip": ["nonsense", "10.0.0.1"]}), !not);
        }
    }

    #[test]
    fn refusals_name_the_field() {
        let clause = |networks: &[&str]| json!({"operator": "in_network", "attribute": "ip", "networks": networks});
        check_refused(&clause(&[]), "clause.networks: must list 1 to 500");
        check_refused(&clause(&["10.0.0.5/8"]), "clause.networks[0]: must begin where the network does: 10.0.0.0/8");
        check_refused(&clause(&["10.0.0.1", "10.0.0.1/32"]), "clause.networks[1]: must not be listed twice");
        for wrong in ["10.0.0.0/33", "2001:db8::/129", "10.0.0.0/-1", "10.0.0.0/", "/8", "", "office"] {
            check_refused(
                &clause(&[wrong]),
                "clause.networks[0]: must be a network such as 10.0.0.0/8 or 2001:db8::/32, or an address",
            );
        }
    }
}

//! The version that a change was made against: the header `If-Match`.

use axum::http::{HeaderMap, HeaderValue, header};
use signalbox_domain::Refusal;

use super::problem::Problem;

/// Reads `If-Match: "12"`; the quotation marks may be left out.
///
/// # Errors
/// `version_missing` without the header, `malformed_request` when it is anything but one version.
pub fn version(headers: &HeaderMap) -> Result<u64, Problem> {
    let mut given = headers.get_all(header::IF_MATCH).iter();
    let Some(first) = given.next() else { return Err(Refusal::VersionMissing.into()) };
    let text = first.to_str().unwrap_or_default().trim();
    let bare = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    let digits = !bare.is_empty() && bare.bytes().all(|byte| byte.is_ascii_digit());
    match bare.parse() {
        Ok(version) if digits && given.next().is_none() => Ok(version),
        _ => {
            Err(Problem::malformed("must be one version as answers carry it in ETag, such as \"12\"").about("If-Match"))
        }
    }
}

/// The header `ETag` of a resource in this version.
///
/// # Panics
/// Never: digits between quotation marks are a header.
pub fn etag(version: u64) -> HeaderValue {
    HeaderValue::try_from(format!("\"{version}\"")).unwrap_or_else(|_| unreachable!("digits are a header"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_plain_version_is_taken() {
        let check = |values: &[&str], expect: Option<u64>| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(header::IF_MATCH, value.parse().unwrap());
            }
            assert_eq!(version(&headers).ok(), expect, "{values:?}");
        };
        check(&["\"12\""], Some(12));
        check(&["12"], Some(12));
        check(&[etag(7).to_str().unwrap()], Some(7));
        check(&[], None);
        check(&["*"], None);
        check(&["W/\"12\""], None);
        check(&["\"1\", \"2\""], None);
        check(&["1", "2"], None);
        check(&["+1"], None);
        check(&["\"\""], None);
        check(&["99999999999999999999"], None);
    }
}

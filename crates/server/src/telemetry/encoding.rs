//! Protobuf or JSON, packed or not: how OTLP travels, and how it says no.

use std::io::Read as _;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use flate2::read::MultiGzDecoder;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

const PROTOBUF: &str = "application/x-protobuf";
const JSON: &str = "application/json";

/// How a report is written; the answer to it is written alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// `application/x-protobuf`.
    Protobuf,
    /// `application/json`, protobuf's own mapping.
    Json,
}

/// `google.rpc.Status` (<https://github.com/googleapis/googleapis/blob/master/google/rpc/status.proto>): what OTLP
/// answers where it cannot take a report.
#[derive(Clone, PartialEq, prost::Message, Serialize)]
struct Status {
    /// A code of gRPC; exporters over HTTP go by the status of the answer.
    #[prost(int32, tag = "1")]
    code: i32,
    /// In words.
    #[prost(string, tag = "2")]
    message: String,
}

/// Why a report is not taken.
#[derive(Debug)]
pub struct Refused {
    status: StatusCode,
    message: String,
}

impl Refused {
    /// With this status and these words.
    pub fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into() }
    }

    /// It is larger than this.
    pub fn too_large(largest: usize) -> Self {
        let message = format!("a report must be at most {largest} bytes, packed and unpacked; send smaller batches");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, message)
    }

    /// It cannot be read.
    pub fn malformed(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    /// Says so.
    pub fn response(self, encoding: Encoding) -> Response {
        // https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto
        let code = match self.status {
            StatusCode::UNAUTHORIZED => 16,
            StatusCode::TOO_MANY_REQUESTS | StatusCode::PAYLOAD_TOO_LARGE => 8,
            StatusCode::METHOD_NOT_ALLOWED => 12,
            status if status.is_client_error() => 3,
            StatusCode::SERVICE_UNAVAILABLE => 14,
            _ => 13,
        };
        encoding.write(self.status, &Status { code, message: self.message })
    }
}

impl Encoding {
    /// Of a report.
    ///
    /// # Errors
    /// 415 for any other.
    pub fn of_report(headers: &HeaderMap) -> Result<Self, Refused> {
        let said = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        match said.split(';').next().unwrap_or_default().trim() {
            kind if kind.eq_ignore_ascii_case(PROTOBUF) => Ok(Self::Protobuf),
            kind if kind.eq_ignore_ascii_case(JSON) => Ok(Self::Json),
            _ => {
                let message = format!("send Content-Type: {PROTOBUF} or {JSON}");
                Err(Refused::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, message))
            }
        }
    }

    /// Of the answer to a request with these headers; JSON, which people can read, where they say neither.
    #[must_use]
    pub fn of_answer(headers: &HeaderMap) -> Self {
        Self::of_report(headers).unwrap_or(Self::Json)
    }

    /// Reads a report.
    ///
    /// # Errors
    /// 400 where it is none.
    pub fn read<Report>(self, bytes: &[u8]) -> Result<Report, Refused>
    where
        Report: prost::Message + Default + DeserializeOwned,
    {
        match self {
            Self::Protobuf => Report::decode(bytes).map_err(|error| Refused::malformed(error.to_string())),
            Self::Json => serde_json::from_slice(bytes).map_err(|error| Refused::malformed(error.to_string())),
        }
    }

    /// Writes a good answer.
    pub fn answer<Answer: prost::Message + Serialize>(self, answer: &Answer) -> Response {
        self.write(StatusCode::OK, answer)
    }

    fn write<Answer: prost::Message + Serialize>(self, status: StatusCode, answer: &Answer) -> Response {
        let (kind, bytes) = match self {
            Self::Protobuf => (PROTOBUF, answer.encode_to_vec()),
            // Texts and numbers always become JSON.
            Self::Json => {
                (JSON, serde_json::to_value(answer).map(without_nulls).unwrap_or_default().to_string().into())
            }
        };
        let mut response = Response::new(Body::from(bytes));
        *response.status_mut() = status;
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        response
    }
}

/// What is absent in protobuf is left out, rather than null.
fn without_nulls(mut answer: Value) -> Value {
    if let Value::Object(members) = &mut answer {
        members.retain(|_, value| !value.is_null());
    }
    answer
}

/// A body as it was before it was packed, at most `largest` bytes of it: a few bytes may unpack to gigabytes.
///
/// # Errors
/// 413 where it is larger, 400 where it is broken, 415 where it is packed by anything but gzip.
pub fn unpacked(headers: &HeaderMap, bytes: Vec<u8>, largest: usize) -> Result<Vec<u8>, Refused> {
    let said = headers.get(header::CONTENT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or("identity");
    if said.trim().eq_ignore_ascii_case("identity") {
        return Ok(bytes);
    }
    if !said.trim().eq_ignore_ascii_case("gzip") {
        let message = "send Content-Encoding: gzip, or none";
        return Err(Refused::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
    }
    let mut plain = Vec::new();
    let most = u64::try_from(largest).unwrap_or(u64::MAX).saturating_add(1);
    let read = MultiGzDecoder::new(bytes.as_slice()).take(most).read_to_end(&mut plain);
    read.map_err(|error| Refused::malformed(format!("the body is no gzip: {error}")))?;
    if plain.len() > largest { Err(Refused::too_large(largest)) } else { Ok(plain) }
}

//! The floor: a server on the same libraries that answers every request with the same bytes, kept or put together.

use axum::Router;
use axum::body::Bytes;
use axum::http::header;
use axum::routing::post;
use tokio::net::TcpListener;

use super::Outcome;

/// A server in this process, which ends with it.
pub struct Constant {
    /// Host and port.
    pub address: String,
    /// How long its answer is, in bytes.
    pub length: usize,
    _runtime: tokio::runtime::Runtime,
}

/// Where the bytes of an answer come from.
#[derive(Debug, Clone, Copy)]
pub enum Bodies {
    /// All answers share them, so the processor has them at hand. No answer that differs between people can be so.
    Shared,
    /// Each answer has them copied together from so many pieces: what putting an answer together takes at least.
    OfPieces(usize),
}

impl Constant {
    /// Serves `answer` to every POST; the body that is sent is read and dropped.
    pub fn serve(answer: Vec<u8>, bodies: Bodies) -> Outcome<Self> {
        let length = answer.len();
        let answer = Bytes::from(answer);
        let runtime = tokio::runtime::Runtime::new().map_err(|error| format!("no runtime: {error}"))?;
        let say = move |_: Bytes| {
            let answer = match bodies {
                Bodies::Shared => answer.clone(),
                Bodies::OfPieces(pieces) => {
                    let mut whole = Vec::with_capacity(length);
                    for piece in answer.chunks(length.div_ceil(pieces)) {
                        whole.extend_from_slice(std::hint::black_box(piece));
                    }
                    whole.into()
                }
            };
            async move { ([(header::CONTENT_TYPE, "application/json")], answer) }
        };
        let router = Router::new().route("/{*path}", post(say));
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).map_err(|error| error.to_string())?;
        let address = listener.local_addr().map_err(|error| error.to_string())?.to_string();
        runtime.spawn(async move { axum::serve(listener, router).await });
        Ok(Self { address, length, _runtime: runtime })
    }
}

//! The smallest function behind an HTTP API: the same runtime crate and scheduler as ours, no AWS client, no work.

use lambda_http::{Body, Error, Request, Response, run, service_fn};

fn main() -> Result<(), Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(run(service_fn(async |_: Request| {
        Ok::<_, Error>(Response::new(Body::Text("{\"hello\":\"world\"}".to_owned())))
    })))
}

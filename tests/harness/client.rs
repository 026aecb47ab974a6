use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};
use reqwest::{Method, RequestBuilder};
use serde_json::Value;

use super::{Answer, SOON, Stack, eventually};

/// An HTTP client of one's own. Against a stack without TLS it reads no root certificates, which takes longer than most
/// requests.
pub(crate) fn http() -> reqwest::Client {
    let builder = reqwest::Client::builder().no_proxy();
    let builder = if Stack::get().url.starts_with("http://") { builder.tls_certs_only([]) } else { builder };
    builder.build().unwrap()
}

/// Somebody who uses the API.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    /// The project whose paths it uses.
    pub(crate) project: String,
    authorization: Option<String>,
}

impl Client {
    /// Sends `authorization` with every request.
    pub(crate) fn new(project: &str, authorization: Option<&str>) -> Self {
        // A client of its own: pooled connections do not outlive the runtime of the test that opened them.
        Self { http: http(), project: project.to_owned(), authorization: authorization.map(str::to_owned) }
    }

    /// The same person at another project's paths.
    pub(crate) fn at(&self, project: &str) -> Self {
        Self { project: project.to_owned(), ..self.clone() }
    }

    /// The same place for somebody who presents something else, or nothing.
    pub(crate) fn presenting(&self, authorization: Option<&str>) -> Self {
        Self { authorization: authorization.map(str::to_owned), ..self.clone() }
    }

    /// GETs a path below the project, or below `/connectors` or `/api/v1`.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    /// POSTs JSON to a path below the project, or below `/connectors` or `/api/v1`.
    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.post_raw(path, body.to_string()).await
    }

    /// POSTs something that may not be JSON, and says that it is.
    pub(crate) async fn post_raw(&self, path: &str, body: impl Into<reqwest::Body>) -> Answer {
        let request = self.request(Method::POST, path);
        self.send(request.header(CONTENT_TYPE, "application/json").body(body)).await
    }

    /// PUTs JSON at a path below the project, or below `/connectors` or `/api/v1`.
    pub(crate) async fn put(&self, path: &str, body: Value) -> Answer {
        self.put_raw(path, body.to_string()).await
    }

    /// PUTs something that may not be JSON, and says that it is.
    pub(crate) async fn put_raw(&self, path: &str, body: impl Into<reqwest::Body>) -> Answer {
        let request = self.request(Method::PUT, path);
        self.send(request.header(CONTENT_TYPE, "application/json").body(body)).await
    }

    /// DELETEs at a path below the project, or below `/connectors` or `/api/v1`.
    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path)).await
    }

    /// The deployment at a path, of either kind, once no operation is under way.
    pub(crate) async fn settled(&self, path: &str) -> Answer {
        eventually(SOON, "the deployment settles", async || {
            let seen = self.get(path).await.expect(200);
            let under_way =
                ["Queued", "Deploying", "Undeploying"].iter().any(|status| seen["status"] == *status);
            if under_way { Err(seen) } else { Ok(seen) }
        })
        .await
    }

    /// Comes back when nothing is at a path any more.
    pub(crate) async fn gone(&self, path: &str) {
        eventually(SOON, "it is gone", async || {
            let seen = self.get(path).await;
            if seen.status == 404 { Ok(()) } else { Err(seen) }
        })
        .await;
    }

    /// A request that is still to be completed and sent.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let stack = &Stack::get().url;
        // No project can be called `connectors` or `api`, so these paths are below none.
        let url = if ["/connectors/", "/api/v1/"].iter().any(|start| path.starts_with(start)) {
            format!("{stack}{path}")
        } else {
            format!("{stack}/{}{path}", self.project)
        };
        let request = self.http.request(method, url);
        match &self.authorization {
            Some(authorization) => request.header(AUTHORIZATION, authorization),
            None => request,
        }
    }

    /// A request to a path that no project is in.
    pub(crate) fn outside(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", Stack::get().url))
    }

    /// POSTs JSON to the URL of an application, as anybody who knows it may.
    pub(crate) async fn call(url: &str, body: Value) -> Answer {
        let anybody = Self::new("", None);
        let request = anybody.http.post(url).header(CONTENT_TYPE, "application/json").body(body.to_string());
        anybody.send(request).await
    }

    /// GETs the URL of an application, as anybody who knows it may.
    pub(crate) async fn fetch(url: &str) -> Answer {
        let anybody = Self::new("", None);
        anybody.send(anybody.http.get(url)).await
    }

    /// Sends it.
    pub(crate) async fn send(&self, request: RequestBuilder) -> Answer {
        let request = request.build().unwrap();
        let url = request.url();
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        let shown = format!("{} {}{query}", request.method(), url.path());
        match self.http.execute(request).await {
            Ok(response) => Answer::read(shown, response).await,
            Err(error) => panic!("{shown}: no answer: {error:?}"),
        }
    }
}

//! OpenTelemetry spans: durations in this program and in the services that it calls.
//!
//! The library reports its operations to [`tracing`] with or without this feature: spans named `login`, `discovery`,
//! `request` and `retry`, with the targets `archstone::login`, `archstone::discovery`, `archstone::request` and
//! `archstone::retry`. They contain no secrets. With the feature `opentelemetry`, a [`Telemetry`] sends the spans to a
//! collector, and every request carries the `traceparent` header (W3C Trace Context), so that they are linked to the
//! service's own spans.
//!
//! ```no_run
//! use archstone::telemetry::Telemetry;
//! use tracing_subscriber::layer::SubscriberExt as _;
//!
//! let telemetry = Telemetry::to("http://collector.example:4318", "my-program")?;
//! let subscriber = tracing_subscriber::registry().with(telemetry.layer());
//! tracing::subscriber::with_default(subscriber, || {
//!     // log in, send requests …
//! });
//! telemetry.finish()?;
//! # Ok::<(), archstone::Error>(())
//! ```

use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::{Resource, trace::SdkTracerProvider};
use tracing_opentelemetry::OpenTelemetryLayer;
use tracing_subscriber::{Layer, registry::LookupSpan};

use crate::{
    error::{Error, ErrorKind, Result},
    transport,
};

/// Sends spans to an OpenTelemetry collector, over OTLP with HTTP.
#[derive(Debug)]
pub struct Telemetry {
    provider: SdkTracerProvider,
}

impl Telemetry {
    /// Exports to a collector at a URL without its path, such as `http://127.0.0.1:4318`. `program` is the
    /// `service.name` of the spans.
    ///
    /// # Errors
    ///
    /// [`InvalidConfig`](ErrorKind::InvalidConfig) when the URL cannot be used.
    pub fn to(collector: &str, program: &str) -> Result<Self> {
        let invalid = |message: String| {
            Error::new(ErrorKind::InvalidConfig, message).with_hint("write it whole: `http://collector.example:4318`")
        };
        let endpoint = format!("{}/v1/traces", collector.trim_end_matches('/'));
        let client = transport::blocking_client()?;
        let exporter = opentelemetry_otlp::SpanExporter::builder()
            .with_http()
            .with_http_client(client)
            .with_endpoint(endpoint)
            .build()
            .map_err(|source| invalid("spans cannot be sent to that collector".into()).with_source(source))?;
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_resource(Resource::builder().with_service_name(program.to_owned()).build())
            .build();
        Ok(Self { provider })
    }

    /// The layer for a `tracing` subscriber that collects the spans.
    #[must_use]
    pub fn layer<S>(&self) -> impl Layer<S> + use<S>
    where
        S: tracing::Subscriber + for<'span> LookupSpan<'span>,
    {
        OpenTelemetryLayer::new(self.provider.tracer("archstone"))
    }

    /// Sends the remaining spans, and shuts down.
    ///
    /// # Errors
    ///
    /// [`ConnectionFailed`](ErrorKind::ConnectionFailed) when the collector does not accept them.
    pub fn finish(self) -> Result<()> {
        self.provider.shutdown().map_err(|source| {
            Error::new(ErrorKind::ConnectionFailed, "not all spans were taken by the collector").with_source(source)
        })
    }
}

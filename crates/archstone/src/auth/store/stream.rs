//! A connection to a store's server: encrypted if the address says so.

use std::sync::Arc;

use rustls::pki_types::ServerName;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};
use tokio_rustls::TlsConnector;

use super::{Server, SharedAddress, Trouble};
use crate::transport;

pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

pub(super) async fn open(address: &SharedAddress, Server { host, port }: &Server) -> Result<Box<dyn Stream>, Trouble> {
    let stream = TcpStream::connect((host.as_str(), *port)).await.map_err(Trouble::down)?;
    stream.set_nodelay(true).map_err(Trouble::down)?;
    if !address.tls {
        return Ok(Box::new(stream));
    }
    let name = ServerName::try_from(host.clone()).map_err(Trouble::down)?;
    let tls = transport::tls_alone(address.cacert.as_deref()).map_err(Trouble::down)?;
    Ok(Box::new(TlsConnector::from(Arc::new(tls)).connect(name, stream).await.map_err(Trouble::down)?))
}

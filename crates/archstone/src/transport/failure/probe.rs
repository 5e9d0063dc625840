//! Probes whether a server that did not respond to HTTP expects TLS.

use std::{io, time::Duration};

use rustls::{ClientConnection, pki_types::ServerName};
use tokio::net::TcpStream;
use url::Url;

use crate::transport::tls;

/// Usually a server responds much faster, and the request has failed already.
const PATIENCE: Duration = Duration::from_secs(2);

/// The first byte of a TLS response: of a handshake, or of an alert.
const SPOKEN: [u8; 2] = [0x16, 0x15];

/// Starts a handshake, and checks the first byte of the response.
pub(in crate::transport) async fn speaks_tls(url: &Url) -> bool {
    tokio::time::timeout(PATIENCE, begin(url))
        .await
        .is_ok_and(|outcome| outcome.is_ok_and(|first| SPOKEN.contains(&first)))
}

async fn begin(url: &Url) -> io::Result<u8> {
    let refused = |_| io::Error::from(io::ErrorKind::InvalidInput);
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
    let port = url.port_or_known_default().unwrap_or(0);
    let name = ServerName::try_from(host.clone()).map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
    let config = tls::without_roots().map_err(|_| io::Error::from(io::ErrorKind::Other))?;
    let mut hello = Vec::new();
    ClientConnection::new(config.into(), name).map_err(refused)?.write_tls(&mut hello)?;
    let stream = TcpStream::connect((host, port)).await?;
    stream.writable().await?;
    // It fits into the send buffer of a new connection.
    stream.try_write(&hello)?;
    let mut first = [0];
    loop {
        stream.readable().await?;
        match stream.try_read(&mut first) {
            Ok(1) => return Ok(first[0]),
            Ok(_) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
}

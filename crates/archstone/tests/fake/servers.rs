//! The identity of a server: what one server has answered is not used for another one.

#![cfg(unix)]

use std::{
    io,
    net::{SocketAddr, TcpStream},
    os::unix::net::{UnixListener, UnixStream},
    path::Path,
    thread,
};

use archstone::{Client, ClientBuilder, TokenCache};
use archstone_testing::{FakeServer, TokenBuilder};

/// A UNIX socket that forwards to a server.
fn relay(socket: &Path, server: SocketAddr) {
    let _ = std::fs::remove_file(socket);
    let listener = UnixListener::bind(socket).unwrap();
    thread::spawn(move || {
        for here in listener.incoming().flatten() {
            let there = TcpStream::connect(server).unwrap();
            let (mut from, mut to): (UnixStream, TcpStream) = (here.try_clone().unwrap(), there.try_clone().unwrap());
            thread::spawn(move || io::copy(&mut from, &mut to));
            let (mut from, mut to) = (there, here);
            thread::spawn(move || io::copy(&mut from, &mut to));
        }
    });
}

#[tokio::test]
async fn clouds_of_one_name_behind_different_proxies_and_sockets_share_no_token() {
    let folder = std::env::temp_dir().join(format!("archstone-servers-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let login = |tokens: &TokenCache| {
        let client = Client::builder().auth_url("http://keystone.invalid:5000/v3").username("demo").password("secret");
        client.project_name("demo").disk_cache_in(folder.join("tokens")).token_cache(tokens)
    };
    let server = |token: &str, path: &str| {
        let server = FakeServer::start();
        server.on("POST", path).reply(TokenBuilder::new().project("p", "demo").reply(token));
        server
    };
    let through = "http://keystone.invalid:5000/v3/auth/tokens";
    let proxies = [server("by-proxy-1", through), server("by-proxy-2", through)];
    let behind = [server("by-socket-1", "/v3/auth/tokens"), server("by-socket-2", "/v3/auth/tokens")];
    let sockets = [folder.join("1"), folder.join("2")];
    for (socket, server) in sockets.iter().zip(&behind) {
        relay(socket, server.address());
    }
    let ways: [(&str, &dyn Fn(ClientBuilder) -> ClientBuilder); 4] = [
        ("by-proxy-1", &|it| it.proxy(proxies[0].url())),
        ("by-proxy-2", &|it| it.proxy(proxies[1].url())),
        ("by-socket-1", &|it| it.unix_socket(&sockets[0])),
        ("by-socket-2", &|it| it.unix_socket(&sockets[1])),
    ];

    // In the same process, and then in others that share the folder.
    for tokens in [TokenCache::new(), TokenCache::new()] {
        for (token, way) in ways {
            let client = way(login(&tokens)).build().unwrap();
            assert_eq!(client.token().await.unwrap().expose(), token);
        }
    }

    for server in proxies.iter().chain(&behind) {
        assert_eq!(server.requests().len(), 1);
    }
}

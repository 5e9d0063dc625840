//! HTTPS and certificate errors.

use archstone::{Client, ErrorKind, TokenCache};
use archstone_testing::{Authority, Failure, FakeCloud, FakeServer};

#[tokio::test]
async fn a_certificate_is_trusted_by_those_who_know_its_authority() {
    let (authority, another) = (Authority::new(), Authority::new());
    let table = [
        (authority.certificate(), authority.pem_file(), None),
        (authority.certificate(), another.pem_file(), Some(ErrorKind::TlsNotTrusted)),
        (authority.expired_certificate(), authority.pem_file(), Some(ErrorKind::TlsNotTrusted)),
        (authority.certificate_for(&["elsewhere.example"]), authority.pem_file(), Some(ErrorKind::TlsNotTrusted)),
    ];
    for (certificate, trusted, kind) in table {
        let keystone = FakeCloud::demo().start_tls(&certificate);
        let client = Client::builder().auth_url(keystone.auth_url()).username("demo").password("secret");
        let client = client.cacert(trusted).token_cache(&TokenCache::new()).build().unwrap();
        assert_eq!(client.token().await.err().map(|error| error.kind()), kind);
        assert_eq!(keystone.logins(), usize::from(kind.is_none()));
    }
}

#[tokio::test]
async fn failures_below_http_happen_with_tls_too() {
    let authority = Authority::new();
    let server = FakeServer::start_tls(&authority.certificate());
    for failure in [Failure::Close, Failure::ResetBefore, Failure::Garbage] {
        server.on("*", "*").fail_next(1, failure);
        let client = Client::builder().auth_url(format!("{}/v3", server.url())).username("demo").password("secret");
        let client = client.cacert(authority.pem_file()).token_cache(&TokenCache::new()).build().unwrap();
        assert_eq!(client.token().await.unwrap_err().kind(), ErrorKind::ConnectionFailed);
    }
}

#[test]
fn the_file_of_an_authority_goes_with_it() {
    let authority = Authority::new();
    let file = authority.pem_file().to_owned();
    assert_eq!(std::fs::read_to_string(&file).unwrap(), authority.pem());

    drop(authority);

    assert!(!file.exists());
}

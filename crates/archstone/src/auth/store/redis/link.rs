//! The connection to Redis: made when first needed, and again after a failure.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use redis::{
    AsyncConnectionConfig, Cmd, ConnectionAddr, ConnectionInfo, ErrorKind, FromRedisValue, IntoConnectionInfo,
    RedisConnectionInfo, RedisError, TlsCertificates, TlsMode, Value,
    aio::MultiplexedConnection,
    cluster::ClusterClient,
    cluster_async::ClusterConnection,
    cluster_routing::{RoutingInfo, SingleNodeRoutingInfo},
    sentinel::{SentinelClientBuilder, SentinelServerType},
};

use tokio::task::JoinSet;

use super::{
    super::{Trouble, stream::open},
    bounded::Bounded,
};
use crate::{
    auth::store::{Engine, Server, SharedAddress},
    secret::Secret,
};

/// The connection to one store.
pub(super) struct Link {
    address: SharedAddress,
    connection: tokio::sync::Mutex<Option<Connected>>,
    connections: AtomicU64,
}

/// A connection works only in the runtime that made it.
#[derive(Clone)]
struct Connected {
    number: u64,
    runtime: tokio::runtime::Id,
    connection: Connection,
}

#[derive(Clone)]
enum Connection {
    One {
        connection: MultiplexedConnection,
        /// The reading task is dropped with the last clone.
        _reading: Arc<JoinSet<()>>,
    },
    Cluster(ClusterConnection),
}

impl Connection {
    async fn ask<T: FromRedisValue>(&mut self, command: &Cmd, node: Option<&Server>) -> Result<T, RedisError> {
        match (self, node) {
            (Self::One { connection, .. }, _) => command.query_async(connection).await,
            (Self::Cluster(connection), None) => command.query_async(connection).await,
            (Self::Cluster(connection), Some(Server { host, port })) => {
                let node = SingleNodeRoutingInfo::ByAddress { host: host.clone(), port: *port };
                let answer = connection.route_command(command.clone(), RoutingInfo::SingleNode(node)).await?;
                Ok(redis::from_redis_value(answer)?)
            }
        }
    }
}

impl Link {
    pub(super) fn new(address: &SharedAddress) -> Self {
        Self { address: address.clone(), connection: tokio::sync::Mutex::default(), connections: AtomicU64::new(0) }
    }

    pub(super) fn address(&self) -> &SharedAddress {
        &self.address
    }

    /// Sends a command to the server that has its key, or to the given node of a Cluster.
    pub(super) async fn ask<T: FromRedisValue>(&self, command: &Cmd, node: Option<&Server>) -> Result<T, Trouble> {
        loop {
            let mut connected = self.connected().await?;
            let Connected { number, ref mut connection, .. } = connected.0;
            let error = match tokio::time::timeout(self.address.answer, connection.ask(command, node)).await {
                Ok(Ok(answer)) => return Ok(answer),
                Ok(Err(error)) => error,
                Err(_) => {
                    self.disconnect(number).await;
                    return Err(Trouble::down("no answer in time"));
                }
            };
            if is_of_the_question(&error) {
                return Err(Trouble::refused(error));
            }
            // Closed, or no longer the master: another connection may work.
            self.disconnect(number).await;
            if connected.1 || !may_be_elsewhere(&error) {
                return Err(Trouble::down(error));
            }
        }
    }

    /// The servers of a Cluster, each with its own keys; `None` if there is only one server.
    pub(super) async fn nodes(&self) -> Result<Option<Vec<Server>>, Trouble> {
        if self.address.engine != Engine::Cluster {
            return Ok(None);
        }
        let Value::Array(ranges) = self.ask(redis::cmd("CLUSTER").arg("SLOTS"), None).await? else {
            return Err(Trouble::refused("the Cluster does not say which servers it has"));
        };
        let mut nodes: Vec<Server> = Vec::new();
        for range in ranges {
            // Start, end, the master, and its replicas.
            let Value::Array(range) = range else { continue };
            let Some(Value::Array(node)) = range.into_iter().nth(2) else { continue };
            let mut node = node.into_iter();
            if let (Some(host), Some(port)) = (node.next(), node.next())
                && let (Ok(host), Ok(port)) = (redis::from_redis_value(host), redis::from_redis_value(port))
            {
                let node = Server { host, port };
                if !nodes.contains(&node) {
                    nodes.push(node);
                }
            }
        }
        Ok(Some(nodes))
    }

    /// The connection, and whether it is new.
    async fn connected(&self) -> Result<(Connected, bool), Trouble> {
        let runtime = tokio::runtime::Handle::current().id();
        let mut kept = self.connection.lock().await;
        if let Some(connected) = kept.as_ref().filter(|it| it.runtime == runtime) {
            return Ok((connected.clone(), false));
        }
        let connection = self.connect().await?;
        let number = self.connections.fetch_add(1, Ordering::Relaxed);
        let connected = Connected { number, runtime, connection };
        *kept = Some(connected.clone());
        Ok((connected, true))
    }

    async fn disconnect(&self, number: u64) {
        let mut kept = self.connection.lock().await;
        if kept.as_ref().is_some_and(|it| it.number == number) {
            *kept = None;
        }
    }

    async fn connect(&self) -> Result<Connection, Trouble> {
        let certificates = TlsCertificates { client_tls: None, root_cert: self.authorities()? };
        match &self.address.engine {
            Engine::Cluster => self.connect_cluster(certificates).await.map_err(Trouble::down),
            Engine::Sentinel { master, database } => {
                let asked = self.ask_sentinels(master, *database, &certificates, None).await;
                let master = match (asked, &self.address.password) {
                    // Sentinels that require a password get that of the servers.
                    (Err(_), Some(password)) => {
                        self.ask_sentinels(master, *database, &certificates, Some(password)).await
                    }
                    (asked, _) => asked,
                };
                self.connect_to(&master.map_err(Trouble::down)?).await
            }
            _ => {
                let [server, ..] = &*self.address.servers else { return Err(Trouble::down("there is no server")) };
                self.connect_to(&self.info(server).map_err(Trouble::down)?).await
            }
        }
    }

    async fn connect_to(&self, info: &ConnectionInfo) -> Result<Connection, Trouble> {
        let (ConnectionAddr::Tcp(host, port) | ConnectionAddr::TcpTls { host, port, .. }) = info.addr() else {
            return Err(Trouble::down("the server has no address of a network"));
        };
        let stream = open(&self.address, &Server { host: host.clone(), port: *port }).await?;
        let config = AsyncConnectionConfig::new().set_response_timeout(Some(self.address.answer));
        let settings = info.redis_settings();
        let made = MultiplexedConnection::new_with_config(settings, Bounded::new(stream), config).await;
        let (connection, reading) = made.map_err(Trouble::down)?;
        let mut task = JoinSet::new();
        task.spawn(reading);
        Ok(Connection::One { connection, _reading: Arc::new(task) })
    }

    /// The server that the Sentinels name.
    async fn ask_sentinels(
        &self,
        master: &str,
        database: i64,
        certificates: &TlsCertificates,
        password: Option<&Secret>,
    ) -> Result<ConnectionInfo, RedisError> {
        let sentinels = self.address.servers.iter().map(|it| self.place_of(it));
        let mut builder =
            SentinelClientBuilder::new(sentinels, master, SentinelServerType::Master)?.set_client_to_redis_db(database);
        if self.address.tls {
            builder = builder
                .set_client_to_redis_tls_mode(TlsMode::Secure)
                .set_client_to_redis_certificates(certificates.clone())
                .set_client_to_sentinel_tls_mode(TlsMode::Secure)
                .set_client_to_sentinel_certificates(certificates.clone());
        }
        if let Some(user) = &self.address.user {
            builder = builder.set_client_to_redis_username(user);
        }
        if let Some(password) = &self.address.password {
            builder = builder.set_client_to_redis_password(password.expose());
        }
        if let Some(password) = password {
            builder = builder.set_client_to_sentinel_password(password.expose());
            if let Some(user) = &self.address.user {
                builder = builder.set_client_to_sentinel_username(user);
            }
        }
        let mut client = builder.build()?;
        Ok(client.async_get_client().await?.get_connection_info().clone())
    }

    async fn connect_cluster(&self, certificates: TlsCertificates) -> Result<Connection, RedisError> {
        let servers = self.address.servers.iter().map(|it| self.info(it)).collect::<Result<Vec<_>, _>>()?;
        let mut builder = ClusterClient::builder(servers)
            .connection_timeout(self.address.question())
            .response_timeout(self.address.answer)
            .retries(2);
        if self.address.tls {
            builder = builder.tls(TlsMode::Secure).certs(certificates);
        }
        if let Some(user) = &self.address.user {
            builder = builder.username(user);
        }
        if let Some(password) = &self.address.password {
            builder = builder.password(password.expose());
        }
        builder.build()?.get_async_connection().await.map(Connection::Cluster)
    }

    fn authorities(&self) -> Result<Option<Vec<u8>>, Trouble> {
        let Some(path) = self.address.cacert.as_ref().filter(|_| self.address.tls) else { return Ok(None) };
        let read = std::fs::read(path);
        read.map(Some).map_err(|error| Trouble::down(format!("cannot read `{}`: {error}", path.display())))
    }

    fn place_of(&self, Server { host, port }: &Server) -> ConnectionAddr {
        if self.address.tls {
            ConnectionAddr::TcpTls { host: host.clone(), port: *port, insecure: false, tls_params: None }
        } else {
            ConnectionAddr::Tcp(host.clone(), *port)
        }
    }

    fn info(&self, server: &Server) -> Result<ConnectionInfo, RedisError> {
        let mut settings = RedisConnectionInfo::default();
        if let Engine::Redis { database } = self.address.engine {
            settings = settings.set_db(database);
        }
        if let Some(user) = &self.address.user {
            settings = settings.set_username(user);
        }
        if let Some(password) = &self.address.password {
            settings = settings.set_password(password.expose());
        }
        Ok(self.place_of(server).into_connection_info()?.set_redis_settings(settings))
    }
}

/// Whether the error concerns only this command: the server is out of memory, it or the user lacks permission, or the
/// value is not what it should be. Other commands may still work.
fn is_of_the_question(error: &RedisError) -> bool {
    error.kind() == ErrorKind::UnexpectedReturnType
        || error.code().is_some_and(|code| matches!(code, "ERR" | "MISCONF" | "NOPERM" | "OOM" | "WRONGTYPE"))
}

/// Whether a new connection may succeed where this one failed.
fn may_be_elsewhere(error: &RedisError) -> bool {
    error.is_unrecoverable_error() || error.is_connection_dropped() || error.to_string().contains("READONLY")
}

//! Chooses the server for an entry: consistent hashing, so that adding or removing a server moves few entries.

use ring::digest::{SHA256, digest};

/// Points on the ring for each server: enough for an even distribution.
const POINTS: u32 = 100;

/// Points on a ring, each belonging to a server.
#[derive(Debug)]
pub(super) struct Ring(Vec<(u64, usize)>);

impl Ring {
    /// The ring of these servers. Their order does not matter.
    pub(super) fn of(servers: &[String]) -> Self {
        let points = servers.iter().enumerate().flat_map(|(index, server)| {
            (0..POINTS).map(move |point| (place(format!("{server}-{point}").as_bytes()), index))
        });
        let mut points: Vec<_> = points.collect();
        points.sort_unstable();
        Self(points)
    }

    /// The server of the first point at or after the name's position.
    pub(super) fn server_of(&self, name: &str) -> usize {
        let place = place(name.as_bytes());
        let at = self.0.partition_point(|(point, _)| *point < place);
        self.0.get(at).or(self.0.first()).map_or(0, |(_, server)| *server)
    }
}

fn place(text: &[u8]) -> u64 {
    let mut first = [0; 8];
    first.copy_from_slice(&digest(&SHA256, text).as_ref()[..8]);
    u64::from_be_bytes(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn servers(names: &[&str]) -> Vec<String> {
        names.iter().map(|it| (*it).to_owned()).collect()
    }

    #[test]
    fn shares_are_even_and_a_server_less_moves_only_its_own() {
        let (all, fewer) = (servers(&["a:1", "b:1", "c:1", "d:1"]), servers(&["a:1", "b:1", "c:1"]));
        let (ring, smaller) = (Ring::of(&all), Ring::of(&fewer));
        let mut shares = [0; 4];
        for number in 0..10_000 {
            let name = format!("{number:032x}");
            let server = ring.server_of(&name);
            shares[server] += 1;
            assert!(server == 3 || smaller.server_of(&name) == server);
        }
        assert!(shares.iter().all(|share| (1500..4000).contains(share)), "{shares:?}");
    }

    #[test]
    fn the_order_of_the_servers_does_not_matter() {
        let (one, other) = (servers(&["a:1", "b:1", "c:1"]), servers(&["c:1", "a:1", "b:1"]));
        for number in 0..100 {
            let name = format!("{number:032x}");
            assert_eq!(one[Ring::of(&one).server_of(&name)], other[Ring::of(&other).server_of(&name)]);
        }
    }
}

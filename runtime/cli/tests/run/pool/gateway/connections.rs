//! The gateway's connections to PgBouncer: opened once, lent to one query each.

use std::sync::{Arc, Mutex};

use tokio::sync::Semaphore;
use tokio_postgres::{Client, SimpleQueryMessage};

use crate::run::pool::cluster::connect;

/// How many queries may be on their way to PgBouncer.
const CONNECTIONS: usize = 48;

pub struct Connections {
    free: Mutex<Vec<Client>>,
    count: Semaphore,
}

impl Connections {
    pub async fn open(database: &str) -> Arc<Self> {
        let mut free = Vec::new();
        for _ in 0..CONNECTIONS {
            free.push(connect(database).await);
        }
        Arc::new(Self { free: Mutex::new(free), count: Semaphore::new(CONNECTIONS) })
    }

    /// The second column of the first row. Whoever does not wait for it leaves the connection to the query until that has ended.
    pub async fn query(self: &Arc<Self>, sql: String) -> Result<String, tokio_postgres::Error> {
        let ours = Arc::clone(self);
        let asked = tokio::spawn(async move {
            let _lent = ours.count.acquire().await.unwrap();
            let client = ours.free.lock().unwrap().pop().expect("as many as may be lent");
            let rows = client.simple_query(&sql).await;
            ours.free.lock().unwrap().push(client);
            rows
        });
        let rows = asked.await.unwrap()?;
        let text = rows.iter().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => row.get(1).map(str::to_owned),
            _ => None,
        });
        Ok(text.unwrap_or_default())
    }
}

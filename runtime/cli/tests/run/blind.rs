//! The only source dies while an incident is open: nothing is known any more, and people are called on.

use axum::Router;
use rustix::process::Signal;
use serde_json::Value;
use tokio::net::TcpListener;

use super::plant::Plant;

#[tokio::test]
async fn when_every_source_has_died_ladders_still_run() {
    let mut plant = Plant::new("5s").await;
    let policy = plant.folder.read("policy.nvp");
    let ladder = "N1  crew by hook for 4s\n  N2  crew by hook for 1h";
    let policy = policy
        .replace("N1  crew by hook for 1m  every 30s", ladder)
        .replace("at red    run relieve(instance)", "");
    let (before, _) = policy.split_once("playbook relieve").unwrap();
    plant.folder.write("policy.nvp", before);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (theirs, its_own) =
        (plant.exporter.url(), format!("http://{}/metrics", listener.local_addr().unwrap()));
    let text = plant.folder.read("watch.toml");
    assert!(text.contains(&theirs), "{text}");
    plant.folder.write("watch.toml", text.replace(&theirs, &its_own));
    let app = Router::new().fallback(async || "# TYPE load gauge\nload 9\n");
    let source = tokio::spawn(async move { axum::serve(listener, app).await });

    let mut process = plant.start();
    let rung = |page: &str| {
        let page: Value = serde_json::from_str(page).unwrap();
        (page["novaevo"]["reason"].clone(), page["novaevo"]["rung"].clone())
    };
    assert_eq!(rung(&plant.receiver.next().await), ("page".into(), "N1".into()));
    source.abort();
    process.says("the source gives nothing").await;
    assert_eq!(rung(&plant.receiver.next().await), ("page".into(), "N2".into()));
    process.signal(Signal::TERM);
    let (code, said) = process.end().await;
    assert_eq!(code, 0, "{said}");
}

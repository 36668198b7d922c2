use super::Interner;

#[test]
fn equal_texts_share_a_symbol_and_the_last_release_frees_it() {
    let mut interner = Interner::default();
    let a = interner.acquire("eu");
    let b = interner.acquire("us");
    assert_eq!(interner.acquire("eu"), a);
    assert_ne!(a, b);
    interner.release(a);
    assert_eq!(interner.find("eu"), Some(a), "one use is left");
    interner.release(a);
    assert_eq!(interner.find("eu"), None);
    assert_eq!(interner.acquire("asia"), a, "the place is used again");
    assert_eq!(interner.text(a), "asia");
    assert_eq!(interner.text(b), "us");
}

#[test]
fn the_empty_text_is_a_text() {
    let mut interner = Interner::default();
    let empty = interner.acquire("");
    assert_eq!(interner.find(""), Some(empty));
    assert_eq!(interner.text(empty), "");
}

#[test]
fn churn_does_not_grow_it() {
    let mut interner = Interner::default();
    for round in 0..100_000 {
        let symbol = interner.acquire(&format!("pod-{round}"));
        interner.release(symbol);
    }
    assert!(interner.bytes() < 4_096, "{}", interner.bytes());
}

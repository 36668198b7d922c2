//! Targets that begin with a policy's text. Behind the first NUL of an input stand the choices that make its world.

use crate::choices::Choices;
use crate::grammar::policy;
use crate::mutate::split;
use crate::play::{disorderly, in_order};
use crate::policies::{checked, compiled, is_error};
use crate::world::World;

/// Any bytes are read without a panic, twice the same way, and every diagnostic can be shown.
///
/// # Panics
///
/// When that does not hold.
pub fn parse(data: &[u8]) {
    nvp_dsl::fuzz::parse(data);
}

/// Formatting changes no meaning and no comment, and is at rest.
///
/// # Panics
///
/// When that does not hold.
pub fn format(data: &[u8]) {
    nvp_dsl::fuzz::format_round_trip(data);
}

/// What `check` accepts lowers, compiles, and runs over a world without a panic, by the interpreter and as machine code with the
/// same decisions. What it refuses it refuses with an error; it says the same twice.
///
/// # Panics
///
/// When that does not hold.
pub fn soundness(data: &[u8]) {
    let (text, bytes) = split(data);
    let Some(found) = checked(text) else { return };
    let again = checked(text).map(|again| again.diagnostics);
    assert_eq!(Some(&found.diagnostics), again.as_ref(), "the same text was checked in two ways");
    let has_error = found.diagnostics.iter().any(is_error);
    assert_ne!(
        found.policy.is_some(),
        has_error,
        "a policy and an error, or neither: {:?}",
        found.diagnostics
    );
    let Some(compiled) = found.policy.as_ref().and_then(compiled) else { return };
    let world = World::new(&compiled.plan, &mut Choices::new(data, bytes));
    let interpreted = in_order(&compiled.plan, &compiled.interpreter, &world);
    if let Some(native) = &compiled.native {
        let decided = in_order(&compiled.plan, native, &world);
        assert_same(
            &interpreted,
            &decided,
            &format!("the interpreter and machine code decide differently of\n{world}"),
        );
    }
}

/// However a world's samples are cut into batches, shuffled within what sources promise, numbered and announced: the same decisions.
///
/// # Panics
///
/// When they differ.
pub fn decisions(data: &[u8]) {
    let (text, bytes) = split(data);
    let Some(policy) = checked(text).and_then(|found| found.policy) else { return };
    let Some(compiled) = compiled(&policy) else { return };
    // The text does not choose: what is left of one that is made smaller lives in the same world.
    let mut choices = Choices::new(bytes, bytes);
    let world = World::new(&compiled.plan, &mut choices);
    let ordered = in_order(&compiled.plan, &compiled.interpreter, &world);
    for _ in 0..2 {
        let other = disorderly(&compiled.plan, &compiled.interpreter, &world, &mut choices);
        assert_same(&ordered, &other, &format!("order of arrival shows in what is decided of\n{world}"));
    }
}

/// Policies made of the bytes, which know units and labels and so go further than texts that are mutated: nearly all are accepted, and
/// of what is, both claims above hold.
///
/// # Panics
///
/// When that does not hold.
pub fn language(data: &[u8]) {
    let mut choices = Choices::new(data, data);
    let text = policy(&mut choices);
    let Some(found) = checked(text.as_bytes()) else { panic!("a policy that cannot be parsed:\n{text}") };
    let Some(compiled) = found.policy.as_ref().and_then(compiled) else { return };
    let world = World::new(&compiled.plan, &mut choices);
    let ordered = in_order(&compiled.plan, &compiled.interpreter, &world);
    let other = disorderly(&compiled.plan, &compiled.interpreter, &world, &mut choices);
    assert_same(
        &ordered,
        &other,
        &format!("order of arrival shows in what is decided by\n{text}\nof\n{world}"),
    );
    if let Some(native) = &compiled.native {
        let decided = in_order(&compiled.plan, native, &world);
        let claim = format!("the interpreter and machine code decide differently by\n{text}\nof\n{world}");
        assert_same(&ordered, &decided, &claim);
    }
}

/// Two logs are one; tells the first lines in which they differ, not both of them.
fn assert_same(a: &str, b: &str, claim: &str) {
    if a == b {
        return;
    }
    let (mut left, mut right) = (a.lines(), b.lines());
    loop {
        match (left.next(), right.next()) {
            (one, other) if one == other && one.is_some() => {}
            (one, other) => {
                panic!("{claim}:\n  {}\n  {}", one.unwrap_or("nothing more"), other.unwrap_or("nothing more"))
            }
        }
    }
}

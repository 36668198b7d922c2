//! Fencing: a write of somebody who has lost a resource since is not carried out.

use std::collections::BTreeMap;

/// How many resources are remembered: those written last.
const RESOURCES_MAX: usize = 100_000;

/// The highest token seen for each resource.
#[derive(Debug, Default)]
pub(super) struct Fences {
    tokens: BTreeMap<String, (u64, u64)>,
    by_use: BTreeMap<u64, String>,
    uses: u64,
}

impl Fences {
    /// Lets a write with these tokens pass, and from then on none with lower ones.
    ///
    /// # Errors
    /// The resource for which a greater token has been seen.
    pub(super) fn pass(&mut self, fences: &[(String, u64)]) -> Result<(), String> {
        let stale = |(resource, token): &&(String, u64)| {
            self.tokens.get(resource).is_some_and(|(seen, _)| token < seen)
        };
        if let Some((resource, _)) = fences.iter().find(stale) {
            return Err(format!("`{resource}` has been locked by somebody else since"));
        }
        for (resource, token) in fences {
            self.uses += 1;
            if let Some((_, used)) = self.tokens.insert(resource.clone(), (*token, self.uses)) {
                self.by_use.remove(&used);
            }
            self.by_use.insert(self.uses, resource.clone());
        }
        while self.tokens.len() > RESOURCES_MAX
            && let Some((_, oldest)) = self.by_use.pop_first()
        {
            self.tokens.remove(&oldest);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Fences, RESOURCES_MAX};

    fn fence(resource: &str, token: u64) -> (String, u64) {
        (resource.to_owned(), token)
    }

    #[test]
    fn a_lower_token_does_not_pass_and_raises_nothing() {
        let mut fences = Fences::default();
        fences.pass(&[fence("a", 5)]).unwrap();
        fences.pass(&[fence("a", 5)]).unwrap();
        assert_eq!(
            fences.pass(&[fence("b", 9), fence("a", 4)]).unwrap_err(),
            "`a` has been locked by somebody else since"
        );
        fences.pass(&[fence("b", 1)]).unwrap();
        fences.pass(&[fence("a", 6)]).unwrap();
        fences.pass(&[fence("a", 5)]).unwrap_err();
    }

    #[test]
    fn the_resources_written_last_are_remembered() {
        let mut fences = Fences::default();
        fences.pass(&[fence("first", 5)]).unwrap();
        for number in 0..RESOURCES_MAX - 1 {
            fences.pass(&[fence(&format!("r{number}"), 5)]).unwrap();
        }
        fences.pass(&[fence("first", 4)]).unwrap_err();
        fences.pass(&[fence("one more", 5)]).unwrap();
        assert_eq!((fences.tokens.len(), fences.by_use.len()), (RESOURCES_MAX, RESOURCES_MAX));
        fences.pass(&[fence("first", 4)]).unwrap();
        fences.pass(&[fence(&format!("r{}", RESOURCES_MAX - 2), 4)]).unwrap_err();
    }
}

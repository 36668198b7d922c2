//! "Did you mean": the name that is near enough to be meant.

/// The largest number of letters by which a suggestion may differ.
const DISTANCE_MAX: usize = 3;
/// The shortest name for which a suggestion is made.
const LETTERS_MIN: usize = 3;

/// The candidate that `name` most likely misspells: at most three letters away and less than half of it, never for a name
/// under three letters. Of equally near ones the first.
#[must_use]
pub fn suggest<'c>(name: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let letters = name.chars().count();
    if letters < LETTERS_MIN {
        return None;
    }
    let nearest = candidates
        .into_iter()
        .filter(|candidate| *candidate != name)
        .map(|candidate| (strsim::osa_distance(name, candidate), candidate))
        .filter(|(distance, candidate)| {
            *distance <= DISTANCE_MAX && distance * 2 < letters.max(candidate.chars().count())
        })
        .min_by_key(|(distance, _)| *distance);
    nearest.map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests;

//! Tests of nvp-check over whole policy sets and over a corpus of cases (`tests/cases/*.md`; `BLESS=1` writes what comes out).

#[cfg(test)]
mod answers;
#[cfg(test)]
mod cases;
#[cfg(test)]
mod codes;
#[cfg(test)]
mod deeds;
#[cfg(test)]
mod deeds_summary;
#[cfg(test)]
mod harness;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod shipped;
#[cfg(test)]
mod soundness;
#[cfg(test)]
mod summary;
#[cfg(test)]
mod uses;

//! The formats from outside: corpora of scrapes and recordings, the differential test, properties.

#[cfg(test)]
mod corpus;
#[cfg(test)]
mod differential;
#[cfg(test)]
mod exposition;
#[cfg(test)]
mod recording;
#[cfg(test)]
mod robustness;

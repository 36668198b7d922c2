//! Targets that are scraped over HTTP, as Prometheus does it.
//!
//! Getting a body ([`Fetcher`], beside the evaluation, as long as it takes within its timeout) and reading it ([`Reader`], where the
//! series table is, at once) are apart. [`watch`] does the getting for ever, at the target's interval.
//!
//! As with Prometheus each scrape gives `up`, `scrape_duration_seconds` and `scrape_samples_scraped`; a series that was in the last
//! scrape and is not in this one ends with a stale marker, and after a failed scrape all do.

mod config;
mod fetch;
mod read;
mod remarks;
mod watch;

pub use config::{Auth, ConfigError, Scrape, Scrapes, Tls};
pub use fetch::{Body, Fetcher, ScrapeError, TargetError};
pub use read::{Read, Reader};
pub use watch::{Event, Outcome, watch};

//! Sources from outside.

#[cfg(test)]
mod host;
#[cfg(test)]
mod scrape;
#[cfg(test)]
mod scrape_bodies;
#[cfg(test)]
mod server;

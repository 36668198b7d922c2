//! `run` as its users meet it: real sockets, real signals, a real terminal, the real node_exporter.

mod answers;
mod bad_moments;
mod bad_providers;
mod bad_targets;
mod blind;
mod crashes;
mod ends;
mod fakes;
mod fates;
mod full_disk;
mod killed;
mod live;
mod no_data;
mod node_exporter;
mod operated;
mod peers;
mod plant;
mod pool;
mod replayed;
mod state;
mod terminal;
mod unwritten;
mod usage;
mod voices;
mod writes;

//! Tests of the whole product.

mod book;
mod commands;
mod house;
mod online_boutique;
mod pages;
mod pipeline;
mod policies;
mod requirements;
mod tidy;

//! The algebra of dimensions, as LANGUAGE "Units" settles it.

use super::{Base, Clash, Core, Dimension, UnitTable, literal_text};
use nvp_dsl::ast::Quantity;

fn requests() -> Dimension {
    Dimension::base(Base::Counted("requests".into()))
}
fn money() -> Dimension {
    Dimension::base(Base::Money("EUR".into()))
}
fn plain(core: Core) -> Dimension {
    Dimension::plain(core)
}
fn data() -> Dimension {
    Dimension::base(Base::Data)
}

#[test]
fn like_over_like_is_a_ratio() {
    for dimension in
        [requests(), Dimension::time(), data(), money(), requests().per_second(), plain(Core::Number)]
    {
        assert_eq!(dimension.over(&dimension), Some(plain(Core::Ratio)), "{dimension:?}");
    }
    assert_eq!(plain(Core::Count).over(&plain(Core::Number)), Some(plain(Core::Ratio)));
    assert_eq!(plain(Core::Count).over(&plain(Core::Count)), Some(plain(Core::Ratio)));
}

#[test]
fn a_bare_number_agrees_with_counted_units_and_counts_only() {
    let bare = plain(Core::Bare);
    for dimension in [requests(), plain(Core::Count), plain(Core::Number), bare.clone()] {
        assert_eq!(bare.agree(&dimension), Ok(dimension.clone()));
        assert_eq!(dimension.agree(&bare), Ok(dimension.clone()));
    }
    for dimension in [Dimension::time(), data(), money(), requests().per_second()] {
        assert_eq!(bare.agree(&dimension), Err(Clash::BareWithUnit), "{dimension:?}");
    }
    assert_eq!(plain(Core::Ratio).agree(&bare), Err(Clash::BareWithRatio));
    assert_eq!(Dimension::Instant.agree(&bare), Err(Clash::Instant));
}

#[test]
fn a_bare_rate_agrees_with_a_rate() {
    let bare = plain(Core::Bare).per_second();
    assert_eq!(bare.agree(&requests().per_second()), Ok(requests().per_second()));
    assert_eq!(bare.agree(&plain(Core::Number).per_second()), Ok(plain(Core::Number).per_second()));
    assert_eq!(bare.agree(&requests()), Err(Clash::BareWithUnit));
    assert_eq!(bare.agree(&data().per_second()), Err(Clash::BareWithUnit));
}

#[test]
fn zero_has_every_dimension() {
    for dimension in
        [Dimension::Instant, Dimension::time(), money(), plain(Core::Ratio), requests().per_second()]
    {
        assert_eq!(Dimension::Zero.agree(&dimension), Ok(dimension.clone()));
    }
}

#[test]
fn ratios_and_numbers_do_not_meet() {
    assert_eq!(plain(Core::Ratio).agree(&plain(Core::Number)), Err(Clash::Different));
    assert_eq!(requests().agree(&plain(Core::Count)), Err(Clash::Different));
    assert_eq!(plain(Core::Count).agree(&plain(Core::Number)), Ok(plain(Core::Number)));
}

#[test]
fn rates_divide_by_time() {
    assert_eq!(Dimension::time().per_second(), plain(Core::Ratio), "CPU seconds per second");
    let latency = Dimension::time().per_second().over(&requests().per_second()).expect("a quotient");
    assert_eq!(latency.agree(&Dimension::time().over(&requests()).expect("a quotient")), Ok(latency.clone()));
    assert_eq!(requests().per_second().times(&Dimension::time()), Some(requests()));
    assert_eq!(data().per_second().times(&Dimension::time()), Some(data()));
}

#[test]
fn a_share_of_something_is_that_thing() {
    let share = plain(Core::Ratio);
    for dimension in [requests(), Dimension::time(), data(), plain(Core::Number), plain(Core::Count)] {
        assert_eq!(share.times(&dimension), Some(dimension.clone()));
        assert_eq!(dimension.times(&share), Some(dimension.clone()));
    }
    assert_eq!(plain(Core::Bare).times(&Dimension::time()), Some(Dimension::time()));
}

#[test]
fn square_roots_halve_powers() {
    let area = data().times(&data()).expect("a product");
    assert_eq!(area.square_root(), Some(data()));
    assert_eq!(data().square_root(), None);
}

fn read(table: &UnitTable<'_>, parts: &[(f64, &str)], per: Option<&str>) -> (f64, Dimension) {
    let quantity = Quantity {
        parts: parts.iter().map(|(number, unit)| (*number, (*unit).to_owned())).collect(),
        per: per.map(str::to_owned),
        written: String::new(),
    };
    table.literal(&quantity, &mut |_| ()).expect("known units")
}

#[test]
fn literals_come_out_in_base_units() {
    let mut table = UnitTable::default();
    table.declare("reads", 0);
    table.declare("EUR", 1);
    assert_eq!(read(&table, &[(350.0, "ms")], None), (0.35, Dimension::time()));
    assert_eq!(read(&table, &[(1.0, "h"), (30.0, "m")], None), (5400.0, Dimension::time()));
    assert_eq!(read(&table, &[(70.0, "%")], None), (0.7, plain(Core::Ratio)));
    assert_eq!(read(&table, &[(1.0, "Gbit")], Some("s")), (125e6, data().per_second()));
    assert_eq!(read(&table, &[(60.0, "")], Some("m")), (1.0, plain(Core::Bare).per_second()));
    assert_eq!(read(&table, &[(120.0, "EUR")], Some("h")), (120.0 / 3600.0, money().per_second()));
    assert_eq!(read(&table, &[(0.0, "")], None), (0.0, Dimension::Zero));
    let (value, dimension) = read(&table, &[(10.0, "ms")], Some("read"));
    assert_eq!((value, dimension.formula()), (0.01, "s/reads".to_owned()));
}

#[test]
fn literals_are_spelt_one_way() {
    for (value, dimension, text) in [
        (0.35, Dimension::time(), "350ms"),
        (5400.0, Dimension::time(), "90m"),
        (0.7, plain(Core::Ratio), "70%"),
        (0.001, plain(Core::Ratio), "0.1%"),
        (5e9, data(), "5000000000bytes"),
        (1_073_741_824.0, data(), "1GiB"),
        (100.0, plain(Core::Bare).per_second(), "100/s"),
        (1000.0, plain(Core::Bare), "1000"),
        (3.0, requests(), "3requests"),
        (0.0, Dimension::Zero, "0"),
    ] {
        assert_eq!(literal_text(value, &dimension), text);
    }
}

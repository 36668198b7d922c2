use super::*;

#[test]
fn values_are_those_of_go() {
    for (text, wanted) in [
        ("1", 1.0),
        ("-0.5e-3", -0.000_5),
        (".5", 0.5),
        ("1.", 1.0),
        ("+Inf", f64::INFINITY),
        ("inf", f64::INFINITY),
        ("-Infinity", f64::NEG_INFINITY),
        ("4.9e-324", 5e-324),
        ("1e-999", 0.0),
    ] {
        assert_eq!(value(text.as_bytes()), Some(wanted), "{text}");
    }
    for text in ["NaN", "nan", "-nan"] {
        assert_eq!(value(text.as_bytes()).map(f64::to_bits), Some(f64::NAN.to_bits()), "{text}");
    }
    for text in ["", "1e999", "-1e999", "0x10", "0x1p4", "1_000", "1,5", "one", "+", "1 ", "\u{661}"] {
        assert_eq!(value(text.as_bytes()), None, "{text}");
    }
}

#[test]
fn seconds_are_exact_to_the_millisecond() {
    for (text, wanted) in [
        ("1661140279", 1_661_140_279_000),
        ("1661140279.1", 1_661_140_279_100),
        ("1661140279.123", 1_661_140_279_123),
        ("1661140279.1239", 1_661_140_279_123),
        ("1.661140279e9", 1_661_140_279_000),
        ("0.001", 1),
        ("-0.001", -1),
        ("-1.5", -1_500),
    ] {
        assert_eq!(instant_s(text.as_bytes()), Some(wanted), "{text}");
    }
    for text in ["", ".", "1.x", "NaN", "1e300", "253402300800", "99999999999999999999", "1.2.3", "Inf"] {
        assert_eq!(instant_s(text.as_bytes()), None, "{text}");
    }
}

#[test]
fn a_recording_may_have_milliseconds() {
    assert_eq!(instant_recorded(b"1661140279"), Some(1_661_140_279_000));
    assert_eq!(instant_recorded(b"1661140279123"), Some(1_661_140_279_123));
    assert_eq!(instant_recorded(b"1661140279123.5"), None);
    assert_eq!(instant_ms(b"1661140279.5"), None);
}

use super::{count, counted, cut, fit, fit_right, width};

#[test]
fn cut_and_filled_to_columns_not_letters() {
    assert_eq!(cut("filesystem", 20), "filesystem");
    assert_eq!(cut("filesystem", 5), "file…");
    assert_eq!(cut("磁盘已满", 5), "磁盘…");
    assert_eq!(cut("磁盘已满", 4), "磁…");
    assert_eq!(cut("abc", 1), "…");
    assert_eq!(cut("abc", 0), "");
    assert_eq!(fit("ab", 4), "ab  ");
    assert_eq!(fit_right("ab", 4), "  ab");
    for columns in 0..10 {
        assert_eq!(width(&fit("磁盘已满", columns)), columns);
        assert_eq!(width(&fit_right("磁盘已满", columns)), columns);
    }
}

#[test]
fn counts_read_easily() {
    assert_eq!([0, 999, 1_000, 1_234_567].map(count), ["0", "999", "1,000", "1,234,567"]);
    assert_eq!(counted(1, "file"), "1 file");
    assert_eq!(counted(0, "file"), "0 files");
}

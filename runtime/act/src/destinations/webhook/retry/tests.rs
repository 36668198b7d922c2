use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::{HeaderMap, HeaderValue, RETRY_AFTER};

use super::{Answer, PAUSE_MAX, PAUSE_MIN, RETRY_AFTER_MAX, pauses, read};

fn answer(status: u16, retry_after: Option<&str>) -> Answer {
    let mut headers = HeaderMap::new();
    if let Some(text) = retry_after {
        headers.insert(RETRY_AFTER, HeaderValue::from_str(text).unwrap());
    }
    let now = httpdate::parse_http_date("Fri, 01 Jan 2021 00:00:00 GMT").unwrap();
    read(StatusCode::from_u16(status).unwrap(), &headers, now)
}

#[test]
fn what_may_pass_is_tried_again_and_what_is_refused_is_not() {
    for status in [200, 202, 204] {
        assert_eq!(answer(status, None), Answer::Delivered, "{status}");
    }
    for status in [408, 425, 429, 500, 502, 503, 504] {
        assert_eq!(answer(status, None), Answer::Later(None), "{status}");
    }
    for status in [301, 307, 400, 401, 403, 404, 410, 413, 422] {
        assert_eq!(answer(status, None), Answer::Refused, "{status}");
    }
}

#[test]
fn retry_after_is_seconds_or_a_date_and_bounded() {
    let seconds = |s| Answer::Later(Some(Duration::from_secs(s)));
    assert_eq!(answer(429, Some("7")), seconds(7));
    assert_eq!(answer(503, Some("Fri, 01 Jan 2021 00:00:30 GMT")), seconds(30));
    assert_eq!(answer(503, Some("Thu, 31 Dec 2020 23:00:00 GMT")), seconds(0));
    assert_eq!(answer(429, Some("99999999999")), Answer::Later(Some(RETRY_AFTER_MAX)));
    assert_eq!(answer(429, Some("soon")), Answer::Later(None));
}

#[test]
fn pauses_grow_to_a_bound_and_never_end() {
    let pauses: Vec<_> = pauses().take(50).collect();
    assert_eq!(pauses.len(), 50);
    assert!(pauses[0] >= PAUSE_MIN && pauses[0] <= PAUSE_MIN * 2);
    for pair in pauses.windows(2).take(4) {
        assert!(pair[1] >= PAUSE_MIN, "{pair:?}");
    }
    assert!(pauses.iter().all(|p| *p <= PAUSE_MAX * 2), "{pauses:?}");
    assert!(pauses[20..].iter().all(|p| *p >= PAUSE_MAX), "{pauses:?}");
}

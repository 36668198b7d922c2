//! What a person would write for one rule with two thresholds, with the same results as the kernel: where each is true and
//! where it is false, nothing where the value is missing.
#![expect(unsafe_code, reason = "vector instructions by name")]

/// The four bitmaps of a rule: yellow true, yellow false, red true, red false.
pub type Maps = [Vec<u64>; 4];

/// A plain loop.
pub fn plain(values: &[f64], [yellow, red]: [f64; 2], maps: &mut Maps) {
    let [yellow_true, yellow_false, red_true, red_false] = maps;
    let maps = yellow_true.iter_mut().zip(yellow_false).zip(red_true).zip(red_false);
    for ((((yt, yf), rt), rf), rows) in maps.zip(values.as_chunks::<64>().0) {
        (*yt, *yf, *rt, *rf) = (0, 0, 0, 0);
        for (row, value) in rows.iter().enumerate() {
            *yt |= u64::from(*value > yellow) << row;
            *yf |= u64::from(*value <= yellow) << row;
            *rt |= u64::from(*value > red) << row;
            *rf |= u64::from(*value <= red) << row;
        }
    }
}

/// The same by AVX2.
#[cfg(target_arch = "x86_64")]
pub fn avx2(values: &[f64], limits: [f64; 2], maps: &mut Maps) {
    assert!(has_avx2());
    assert!(maps.iter().all(|map| map.len() * 64 >= values.len()));
    // SAFETY: the processor has AVX2, and the bitmaps have a bit for every value.
    unsafe { avx2_loop(values, limits, maps) }
}

/// Whether this machine has AVX2.
pub fn has_avx2() -> bool {
    #[cfg(target_arch = "x86_64")]
    let has = std::arch::is_x86_feature_detected!("avx2");
    #[cfg(not(target_arch = "x86_64"))]
    let has = false;
    has
}

/// # Safety
///
/// The processor has AVX2.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
unsafe fn avx2_loop(values: &[f64], [yellow, red]: [f64; 2], maps: &mut Maps) {
    use std::arch::x86_64::{
        _CMP_GT_OQ, _CMP_ORD_Q, _mm256_cmp_pd, _mm256_loadu_pd, _mm256_movemask_pd, _mm256_set1_pd,
    };
    let (yellow, red) = (_mm256_set1_pd(yellow), _mm256_set1_pd(red));
    let [yellow_true, yellow_false, red_true, red_false] = maps;
    for (word, rows) in values.as_chunks::<64>().0.iter().enumerate() {
        let (mut yt, mut rt, mut known) = (0_u64, 0_u64, 0_u64);
        for four in 0..16 {
            // SAFETY: four times sixteen is the chunk's length.
            let value = unsafe { _mm256_loadu_pd(rows.as_ptr().add(4 * four)) };
            let bits = |mask| (_mm256_movemask_pd(mask) as u64) << (4 * four);
            yt |= bits(_mm256_cmp_pd::<_CMP_GT_OQ>(value, yellow));
            rt |= bits(_mm256_cmp_pd::<_CMP_GT_OQ>(value, red));
            known |= bits(_mm256_cmp_pd::<_CMP_ORD_Q>(value, value));
        }
        let (yf, rf) = (known & !yt, known & !rt);
        yellow_true[word] = yt;
        yellow_false[word] = yf;
        red_true[word] = rt;
        red_false[word] = rf;
    }
}

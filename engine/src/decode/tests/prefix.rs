use crate::decode::prefix::{common, reusable};

#[test]
fn the_last_token_is_always_decoded_again() {
    for (cached, wanted, shared, kept) in [
        (&[][..], &[1, 2][..], 0, 0),
        (&[1, 2, 3], &[1, 2, 4], 2, 2),
        (&[1, 2, 3], &[1, 2, 3], 3, 2),
        (&[1, 2, 3], &[1, 2], 2, 1),
        (&[1, 2, 3], &[1, 2, 3, 4], 3, 3),
        (&[2, 2], &[1, 2], 0, 0),
        (&[1], &[], 0, 0),
    ] {
        assert_eq!((common(cached, wanted), reusable(cached, wanted)), (shared, kept), "{cached:?} {wanted:?}");
    }
}

//! How far the bus is, in the headers of each message.

use async_nats::{HeaderMap, HeaderName};
use data_encoding::HEXLOWER;
use ports::bus::Checkpoint;

const JOURNAL: &str = "chaperone-journal";
const POSITION: &str = "chaperone-position";
const ORDINAL: &str = "chaperone-ordinal";
const DIGEST: &str = "chaperone-digest";
/// What the digest is of its kind.
const SHA_256: &str = "sha256:";

/// Adds the checkpoint to a message's headers.
pub(super) fn write(checkpoint: &Checkpoint, headers: &mut HeaderMap) {
    headers.insert(HeaderName::from_static(JOURNAL), checkpoint.journal.to_string());
    headers.insert(HeaderName::from_static(POSITION), checkpoint.position.to_string());
    headers.insert(HeaderName::from_static(ORDINAL), checkpoint.ordinal.to_string());
    headers
        .insert(HeaderName::from_static(DIGEST), format!("{SHA_256}{}", HEXLOWER.encode(&checkpoint.digest)));
}

/// The checkpoint of a message; else what is missing or wrong.
pub(super) fn read(headers: &HeaderMap) -> Result<Checkpoint, String> {
    let value = |name: &str| {
        let value = headers.get(name).map(async_nats::HeaderValue::as_str);
        value.ok_or_else(|| format!("it has no header {name}"))
    };
    let wrong = |name: &str| format!("its header {name} cannot be read");
    let digest = value(DIGEST)?
        .strip_prefix(SHA_256)
        .and_then(|hex| HEXLOWER.decode(hex.as_bytes()).ok())
        .and_then(|bytes| bytes.try_into().ok());
    Ok(Checkpoint {
        journal: value(JOURNAL)?.parse().map_err(|_| wrong(JOURNAL))?,
        position: value(POSITION)?.parse().map_err(|_| wrong(POSITION))?,
        ordinal: value(ORDINAL)?.parse().map_err(|_| wrong(ORDINAL))?,
        digest: digest.ok_or_else(|| wrong(DIGEST))?,
    })
}

#[cfg(test)]
mod tests {
    use async_nats::HeaderMap;
    use ports::Position;
    use ports::bus::Checkpoint;
    use uuid::Uuid;

    use super::{DIGEST, read, write};

    #[test]
    fn a_checkpoint_survives_its_headers_and_a_broken_one_is_named() {
        let checkpoint = Checkpoint {
            journal: Uuid::from_u128(7),
            position: Position::new(1, 42),
            ordinal: 41,
            digest: [0xab; 32],
        };
        let mut headers = HeaderMap::new();
        write(&checkpoint, &mut headers);
        assert_eq!(read(&headers), Ok(checkpoint));
        headers.insert(DIGEST, "sha256:ab");
        assert_eq!(read(&headers), Err("its header chaperone-digest cannot be read".to_owned()));
        assert_eq!(read(&HeaderMap::new()), Err("it has no header chaperone-digest".to_owned()));
    }
}

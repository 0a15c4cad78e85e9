//! Foreign formats, from the outside: what a file comes down to, and what is said of one that is broken.

#[path = "foreign/support.rs"]
mod support;

#[path = "foreign/aws.rs"]
mod aws;
#[path = "foreign/broken.rs"]
mod broken;
#[path = "foreign/csv.rs"]
mod csv;
#[path = "foreign/microsoft.rs"]
mod microsoft;
#[path = "foreign/table.rs"]
mod table;

use wire::foreign::Format;

#[test]
fn a_format_is_known_by_the_name_the_command_line_uses() {
    for format in Format::ALL {
        assert_eq!(format.name().parse(), Ok(format));
    }
    let error = "aws".parse::<Format>().unwrap_err().to_string();
    assert!(
        error.contains("aws-eventbridge") && error.contains("csv") && error.contains("\"aws\""),
        "{error}"
    );
}

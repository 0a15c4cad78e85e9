//! Tables with a mapping.

use domain::event::Event;
use domain::event::deal::DealEvent;
use domain::event::partner::{Origin, PartnerEvent};
use domain::fact::Class;
use wire::foreign::Format;
use wire::foreign::csv::Mapping;

use crate::support::{counts, inputs, problems, read, sample, told};

const HEADER: &str =
    "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value";

fn table(rows: &[&str]) -> Vec<u8> {
    format!("{HEADER}\n{}\n", rows.join("\n")).into_bytes()
}

#[test]
fn a_row_is_a_partner_an_account_a_submission_and_an_outcome() {
    let inputs =
        inputs(Format::Csv, &table(&["1C1I7A6R,Moses Frase,GTXPro,Cancity,Won,10/20/2016,3/1/2017,1054"]));
    assert_eq!(told(&inputs), ["partner.enrolled", "account.opened", "deal.submitted", "deal.won"]);
    let ids: Vec<_> = inputs.iter().map(|input| input.producer.id.as_str()).collect();
    assert_eq!(ids, ["partner:Moses Frase", "account:crm:Cancity", "1C1I7A6R", "1C1I7A6R#outcome"]);
    assert!(inputs.iter().all(|input| input.producer.source.as_str() == "csv:crm"));
    let Event::Partner(PartnerEvent::Enrolled(enrolled)) = &inputs[0].said[0].event else {
        panic!("not enrolled")
    };
    assert_eq!((enrolled.origin, enrolled.keys[0].key.as_str()), (Origin::SeenInData, "crm:Moses Frase"));
    assert_eq!(inputs[0].stream.to_string(), "partner-acme.moses-frase");
    assert_eq!(inputs[2].said[0].class, Class::Asked);
    assert_eq!(inputs[2].said[0].valid_at.to_string(), "2016-10-20T00:00:00.000Z");
    let Event::Deal(DealEvent::Submitted(deal)) = &inputs[2].said[0].event else { panic!("not submitted") };
    assert_eq!(deal.source.as_ref().unwrap().as_str(), "crm:1C1I7A6R");
    assert_eq!(deal.scope, domain::scope::Scope::of_product_lines(["gtx-pro".parse().unwrap()]));
    let Event::Deal(DealEvent::Won(won)) = &inputs[3].said[0].event else { panic!("not won") };
    assert_eq!(won.at.to_string(), "2017-03-01T00:00:00.000Z");
    assert_eq!(won.value.unwrap().to_string(), "1054.00 USD");
}

#[test]
fn every_row_of_the_real_export_is_read_or_turned_away_with_its_place() {
    let Some(bytes) = sample("crm/sales_pipeline.csv") else { return };
    let records = read(Format::Csv, &bytes).unwrap();
    assert_eq!(records.len(), 8_800);
    let (good, bad): (Vec<_>, Vec<_>) = records.into_iter().partition(|record| record.reading.is_ok());
    let of = |column: &str| {
        bad.iter().filter(|r| r.reading.as_ref().unwrap_err().to_string().starts_with(column)).count()
    };
    // 1,425 rows lack the account; of the 500 that lack the engage date, 163 have one.
    assert_eq!((of("column account"), of("column engage_date"), bad.len()), (1_425, 163, 1_588));
    let inputs: Vec<_> = good.into_iter().flat_map(|record| record.reading.unwrap()).collect();
    let counts = counts(&inputs);
    assert_eq!((counts["deal.submitted"], counts["deal.won"], counts["deal.lost"]), (7_212, 4_238, 2_473));
    assert_eq!((counts["partner.enrolled"], counts["account.opened"]), (30, 85));
    let first = bad.first().unwrap();
    let (row, line) = (&first.place, std::str::from_utf8(&first.received).unwrap());
    let place: usize = row.strip_prefix("row ").unwrap().parse().unwrap();
    assert_eq!(std::str::from_utf8(&bytes).unwrap().lines().nth(place - 1), Some(line));
}

#[test]
fn a_row_that_comes_again_is_a_repeat_and_its_outcome_may_come_later() {
    let open = inputs(Format::Csv, &table(&["A1,P,X,C,Engaging,10/20/2016,,"]));
    let won = inputs(Format::Csv, &table(&["A1,P,X,C,Won,10/20/2016,3/1/2017,5"]));
    assert_eq!(open[..], won[..3], "the stage is no part of the submission");
    let other = inputs(Format::Csv, &table(&["A1,P,X,C,Won,10/21/2016,3/1/2017,6"]));
    for at in [2, 3] {
        assert_eq!(won[at].producer, other[at].producer);
        assert_ne!(won[at].digest, other[at].digest, "other content under the same id is a conflict");
    }
}

#[test]
fn rows_are_numbered_as_a_spreadsheet_shows_them() {
    let rows = "A1,P,X,C,Engaging,10/20/2016,,\n\nA2,P,\"two\nlines\",C,Engaging,bad,,\nA3,P,X,,Engaging,10/20/2016,,\n";
    for file in [format!("{HEADER}\n{rows}"), format!("\u{feff}{HEADER}\n{rows}").replace('\n', "\r\n")] {
        let places: Vec<String> =
            read(Format::Csv, file.as_bytes()).unwrap().into_iter().map(|r| r.place).collect();
        assert_eq!(places, ["row 2", "row 4", "row 5"], "{file:?}");
    }
}

#[test]
fn what_is_wrong_with_a_row_is_said_by_its_column() {
    let rows = [
        "A1,P,X,,Won,10/20/2016,3/1/2017,1",
        "A2,P,X,C,Won,2016-10-20,3/1/2017,1",
        "A3,P,X,C,Won,10/20/2016,,1",
        "A4,P,X,C,Won,10/20/2016,3/1/2017,1.054",
        "A5,P,X,C,Sold,10/20/2016,3/1/2017,1",
        "A6,P,X,C",
        "A7,P,X,C,Won,10/20/2016,3/1/2017,1,more",
        "A8,P\u{0},X,C,Won,10/20/2016,3/1/2017,1",
        ",P,X,C,Won,10/20/2016,3/1/2017,1",
        "A9,P,X,C,Won,13/41/2016,3/1/2017,1",
    ];
    let problems = problems(Format::Csv, &table(&rows));
    let expected = [
        "row 2: column account: expected a value: without account a row is no submission",
        "row 3: column engage_date: expected a date written as %m/%d/%Y, found \"2016-10-20\"",
        "row 4: column close_date: expected a date: a deal in stage \"Won\" has been closed",
        "row 5: column close_value: expected an amount in USD such as 1054.00, found \"1.054\"",
        "row 6: column deal_stage: expected one of Engaging, Lost, Prospecting, Won, found \"Sold\"",
        "row 7: column deal_stage: expected 8 columns as in the header, found 4",
        "row 8: column 9: expected 8 columns as in the header, found 9",
        "row 9: column sales_agent: expected text without control characters",
        "row 10: column opportunity_id: expected a value: without id a row is no submission",
        "row 11: column engage_date: expected a date written as %m/%d/%Y, found \"13/41/2016\"",
    ];
    assert_eq!(problems, expected);
}

#[test]
fn bytes_that_are_no_text_and_fields_without_end_are_problems_too() {
    let mut bytes = table(&["A1,P,X,C,Engaging,10/20/2016,,"]);
    bytes.extend_from_slice(b"A2,\xff\xfe,X,C,Engaging,10/20/2016,,\n");
    assert_eq!(problems(Format::Csv, &bytes), ["row 3: column sales_agent: expected UTF-8"]);
    let mut bytes = table(&["A1,P,X,C,Engaging,10/20/2016,,"]);
    bytes.extend_from_slice(format!("A2,{},X,C,Engaging,10/20/2016,,\n", "p".repeat(5_000)).as_bytes());
    assert_eq!(
        problems(Format::Csv, &bytes),
        ["row 3: column sales_agent: expected at most 4096 bytes, found 5000"]
    );
    bytes.extend_from_slice(b"A3,\"");
    bytes.extend_from_slice(&vec![b'x'; 3 * 1024 * 1024]);
    let problems = problems(Format::Csv, &bytes);
    assert!(
        problems[1].starts_with("row 4: byte 0: expected a row of at most 1048576 bytes"),
        "{problems:?}"
    );
}

#[test]
fn a_header_that_lacks_a_column_of_the_mapping_is_an_error_of_the_file() {
    let problem = read(Format::Csv, b"id,account\n1,2\n").unwrap_err().to_string();
    assert!(
        problem
            .starts_with("column opportunity_id: expected the column that the mapping names as columns.id"),
        "{problem}"
    );
    assert!(problem.ends_with("the header has id, account"), "{problem}");
    assert!(read(Format::Csv, b"").unwrap_err().to_string().contains("header row"));
    let twice = format!("{HEADER},account\n");
    assert!(read(Format::Csv, twice.as_bytes()).unwrap_err().to_string().contains("found several"));
}

const MAPPING: &str = include_str!("../../../../deploy/mappings/crm.toml");

#[test]
fn a_mapping_is_turned_away_by_the_key_that_is_wrong() {
    let wrong =
        |from: &str, to: &str| Mapping::parse(&MAPPING.replacen(from, to, 1)).unwrap_err().to_string();
    let starts =
        |error: String, key: &str| assert!(error.starts_with(&format!("{key}: expected ")), "{error}");
    starts(wrong("account = \"account\"", ""), "columns.account");
    starts(wrong("partner = ", "seller = "), "columns.seller");
    starts(wrong("zone = \"UTC\"", "zone = \"Mars/Olympus\""), "dates.zone");
    starts(wrong("%m/%d/%Y", "%m/%Y"), "dates.format");
    starts(wrong("currency = \"USD\"", ""), "constants.currency");
    starts(wrong("currency = \"USD\"", "currency = \"usd\""), "constants.currency");
    starts(wrong("Won = \"won\"", "Won = \"gained\""), "stages.Won");
    starts(wrong("[aliases.product]", "[aliases.segment]"), "aliases.segment");
    starts(wrong("delimiter = \",\"", "delimiter = \",,\""), "delimiter");
    starts(wrong("system = \"crm\"", "system = \"CRM\""), "system");
    starts(wrong("closed = \"close_date\"", ""), "columns.closed");
    starts(wrong("required = [\"product\"", "required = [\"segment\""), "required");
    starts(wrong("[dates]", "[dates"), "the file");
    starts(wrong("[constants]", "[constants]\nrate = 1"), "constants.rate");
}

#[test]
fn another_vendor_delimiter_and_zone_are_the_mappings_to_say() {
    let text = MAPPING
        .replace("# vendor", "vendor")
        .replace("\"acme\"", "\"nord\"")
        .replace("delimiter = \",\"", "delimiter = \";\"");
    let mapping = Mapping::parse(&text.replace("zone = \"UTC\"", "zone = \"Europe/Berlin\"")).unwrap();
    let file = format!("{HEADER}\nA1,P,X,C,Engaging,10/20/2016,,\n").replace(',', ";").into_bytes();
    let input = Box::new(std::io::Cursor::new(file));
    let records =
        wire::foreign::read(Format::Csv, input, Some(&mapping), &crate::support::defaults()).unwrap();
    let inputs: Vec<_> = records.flat_map(|record| record.reading.unwrap()).collect();
    assert_eq!(inputs[2].stream.vendor().as_str(), "nord");
    assert_eq!(inputs[2].said[0].valid_at.to_string(), "2016-10-19T22:00:00.000Z");
}

//! Whatever befalls relay, cable, server and stream, the bus is a prefix of the journal and becomes all of it.
//!
//! `CHAPERONE_FAULT_RUNS=100 cargo test -p bus-nats --test faults -- --nocapture` plays a hundred seeds on one server
//! and ten on three, and prints each; `CHAPERONE_FAULT_SEED=7` plays that one again.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "support/faults.rs"]
mod befalling;
#[path = "support/cluster.rs"]
mod cluster;
#[path = "support/partition.rs"]
mod partition;
#[path = "support/reading.rs"]
mod reading;
#[path = "support/world.rs"]
mod world;

use std::ops::RangeInclusive;

use befalling::{Fault, World};
use partition::{Divided, Loss};
use ports::Position;
use services::relay::Alarm;
use tests::nats::NatsServer;
use tests::random::Random;
use world::{Relaying, Story, settled};

/// Seeds played when nobody asks for more.
const RUNS: u64 = 2;
/// Faults that befall in one run.
const FAULTS_PER_RUN: usize = 5;
/// Runs on one server for each on three, which takes as much longer.
const RUNS_PER_RUN_ON_THREE: u64 = 10;
/// How often one of three servers is lost in one run.
const LOSSES_PER_RUN: usize = 3;

/// A number from the environment.
fn asked(variable: &str) -> Option<u64> {
    std::env::var_os(variable).map(|value| value.to_string_lossy().parse().expect("a number"))
}

/// The seeds to play.
fn seeds(runs: u64) -> RangeInclusive<u64> {
    asked("CHAPERONE_FAULT_SEED").map_or(1..=runs, |seed| seed..=seed)
}

async fn check(fault: Fault) {
    let Some(mut world) = World::start().await else { return };
    world.befall(fault, &mut Random::from_seed(1)).await;
    world.befall(Fault::Nothing, &mut Random::from_seed(2)).await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn faults_one_after_the_other_leave_the_bus_whole() {
    for seed in seeds(asked("CHAPERONE_FAULT_RUNS").unwrap_or(RUNS)) {
        let mut random = Random::from_seed(seed);
        let Some(mut world) = World::start().await else { return };
        let faults: Vec<Fault> = (0..FAULTS_PER_RUN).map(|_| *random.pick(&Fault::ALL)).collect();
        println!("seed {seed}: {faults:?}");
        for fault in faults {
            world.befall(fault, &mut random).await;
        }
        world.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_lost_one_after_the_other_leave_the_bus_whole() {
    let runs = asked("CHAPERONE_FAULT_RUNS").unwrap_or(RUNS).div_ceil(RUNS_PER_RUN_ON_THREE);
    for seed in seeds(runs) {
        let mut random = Random::from_seed(seed);
        let Some(mut divided) = Divided::start().await else { return };
        let losses: Vec<Loss> = (0..LOSSES_PER_RUN).map(|_| Loss::any(&mut random)).collect();
        println!("seed {seed}: {losses:?}");
        for loss in losses {
            divided.lose(loss, &mut random).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leader_cut_off_its_peers_and_joined_to_them_again_neither_loses_nor_adds_a_fact() {
    let Some(mut divided) = Divided::start().await else { return };
    divided.lose(Loss::SILENT_LEADER, &mut Random::from_seed(1)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_purged_inside_the_duplicate_window_is_filled_again() {
    check(Fault::Purged).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_lost_its_end_gets_it_again() {
    check(Fault::EndRemoved).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_lost_its_beginning_is_filled_anew() {
    check(Fault::PurgedButForTheEnd).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_lost_a_message_in_its_middle_is_filled_anew() {
    check(Fault::MiddleRemoved).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_was_removed_is_made_again() {
    check(Fault::StreamRemoved).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_killed_and_started_again_goes_on() {
    check(Fault::ServerKilled).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_emptied_store_is_filled_again() {
    check(Fault::StoreEmptied).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_set_back_to_a_backup_is_brought_up_to_date() {
    check(Fault::StoreSetBack).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cable_cut_and_mended_loses_nothing() {
    check(Fault::CableCut).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_relays_at_once_publish_each_event_once() {
    check(Fault::SecondRelay).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_killed_in_the_middle_of_a_batch_leaves_none_of_it_or_all() {
    check(Fault::RelayKilled).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_restored_from_an_older_backup_is_an_alarm() {
    let Some(server) = NatsServer::start() else { return };
    let story = Story::saying("same");
    story.record(30).await;
    Relaying::start(&story, &server.url(), 1).reaches(30).await;
    let restored = Story::saying("same");
    restored.record(20).await;
    let alarm = Relaying::start(&restored, &server.url(), 1).alarms().await;
    assert_eq!(alarm, Alarm::BusAhead { bus: Position::new(0, 30), journal: Position::new(0, 20) });
    settled(&story, &server.url()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_that_went_another_way_is_an_alarm() {
    let Some(server) = NatsServer::start() else { return };
    let story = Story::saying("same");
    story.record(30).await;
    Relaying::start(&story, &server.url(), 1).reaches(30).await;
    let other = Story::saying("other");
    other.record(40).await;
    let alarm = Relaying::start(&other, &server.url(), 1).alarms().await;
    assert_eq!(alarm, Alarm::Diverged { position: Position::new(0, 30) });
    settled(&story, &server.url()).await;
}

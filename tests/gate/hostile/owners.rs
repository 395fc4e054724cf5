//! Row 29: another owner's id, smuggled past the check to an origin that reads the request differently.

use super::super::world::World;
use super::refused;

#[test]
fn class_29_owner_ids_cannot_be_smuggled_in_the_query() {
    for smuggled in [
        "locationId=harbour-1&locationId=harbour-2",
        "locationId=harbour-2&locationId=harbour-1",
        "locationId[]=harbour-2&locationId=harbour-1",
        "locationId=harbour-1&locationId[0]=harbour-2",
        "locationId=harbour-1&LOCATIONID=harbour-2",
        "locationId=harbour-1;locationId=harbour-2",
        "locationId=harbour-1&location%49d=harbour-2",
        "locationId=harbour-1&location%00Id=harbour-2",
        "locationId=harbour-1&%20locationId=harbour-2",
        "locationId=harbour-1&+locationId=harbour-2",
        "locationId=harbour-1&location.id=harbour-2",
        "locationId=harbour-1&location-id=harbour-2",
        "locationId=harbour-1&locationId%5B%5D=harbour-2",
        "locationId=harbour-1&locationId%00=harbour-2",
        "locationId=harbour-1&locationId%ff=harbour-2",
        "locationId=harbour-1&%fflocationId=harbour-2",
        "locationId=harbour-1&locationId",
        "x=1;locationId=harbour-1",
    ] {
        refused(&[&format!("/contacts/?{smuggled}")], "tenant", "ambiguous_owner");
    }
}

#[test]
fn class_29_no_spelling_of_anothers_id_is_the_own() {
    for value in [
        "harbour-1%00",
        "harbour-1%20",
        "+harbour-1",
        "harbour-1%2f",
        "HARBOUR-1",
        "harbour-1,harbour-2",
        "harbour%2B1",
        "harbour-1%0a",
    ] {
        refused(&[&format!("/contacts/?locationId={value}")], "tenant", "wrong_owner");
    }
}

#[test]
fn class_29_places_that_disagree() {
    refused(
        &["/locations/harbour-1/tags?locationId=harbour-2", "/locations/harbour-2/tags?locationId=harbour-1"],
        "tenant",
        "ambiguous_owner",
    );
    refused(
        &["/locations/harbour-2/tags", "/locations/harbour-1%20/tags", "/locations/Harbour-1/tags"],
        "tenant",
        "wrong_owner",
    );
    refused(&["/locations/harbour-1,harbour-2/tags"], "tenant", "ambiguous_owner");
}

#[test]
fn class_29_a_header_field_in_any_case_names_the_owner() {
    let world = World::new();
    let token = Some(world.tokens["tenant"].as_str());
    for name in ["x-location-id", "X-Location-Id", "X-LOCATION-ID"] {
        assert!(world.judge("GET", "/reports", token, &[(name, "harbour-1")]).is_ok(), "{name}");
        let denial = world.judge("GET", "/reports", token, &[(name, "harbour-2")]).unwrap_err();
        assert_eq!(denial.code().as_str(), "wrong_owner", "{name}");
    }
}

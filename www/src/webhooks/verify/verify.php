<?php

const TOLERANCE_SECONDS = 5 * 60;

/**
 * The event, if the endpoint's secret signed it; throws if not. $body holds the bytes that came,
 * file_get_contents("php://input"). $headers are the request's, by their names in lower case:
 * array_change_key_case(getallheaders()).
 */
function verify(string $secret, array $headers, string $body, ?int $now = null): array
{
    $id = $headers["webhook-id"] ?? "";
    $timestamp = $headers["webhook-timestamp"] ?? "";
    $signatures = $headers["webhook-signature"] ?? "";
    if ($id === "" || !ctype_digit($timestamp) || $signatures === "") {
        throw new RuntimeException("a webhook header is missing");
    }
    if (abs(($now ?? time()) - (int) $timestamp) > TOLERANCE_SECONDS) {
        throw new RuntimeException("the timestamp is too far away");
    }

    $key = base64_decode(preg_replace("/^whsec_/", "", $secret));
    $expected = "v1," . base64_encode(hash_hmac("sha256", "$id.$timestamp.$body", $key, true));
    foreach (explode(" ", $signatures) as $given) {
        if (hash_equals($expected, $given)) {
            return json_decode($body, true, flags: JSON_THROW_ON_ERROR);
        }
    }
    throw new RuntimeException("no signature fits");
}

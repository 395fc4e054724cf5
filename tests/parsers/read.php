<?php
// Each line of the input is a query; the answer is a JSON list of what PHP makes of each.
$all = [];
foreach (explode("\n", rtrim(stream_get_contents(STDIN), "\n")) as $query) {
    parse_str($query, $read);
    $all[] = (object) $read;
}
echo json_encode($all, JSON_INVALID_UTF8_SUBSTITUTE | JSON_PARTIAL_OUTPUT_ON_ERROR), "\n";

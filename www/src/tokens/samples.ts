// One request in several languages. The token is a variable: no sample holds one.

export const LANGUAGES = ["curl", "JavaScript", "Python", "PHP", "Go"] as const;
export type SampleLanguage = (typeof LANGUAGES)[number];

/** A `GET` of `url`, with the token in the environment's variable `TOKEN`. */
export function sample(language: SampleLanguage, url: string): string {
  const quoted = JSON.stringify(url);
  switch (language) {
    case "curl":
      return `curl -s '${url}' -H @- <<END\nAuthorization: Bearer $TOKEN\nEND`;
    case "JavaScript":
      return `const response = await fetch(${quoted}, {
  headers: { Authorization: \`Bearer \${process.env.TOKEN}\` },
});
console.log(response.status, await response.text());`;
    case "Python":
      return `import os
import urllib.request

request = urllib.request.Request(
    ${quoted},
    headers={"Authorization": "Bearer " + os.environ["TOKEN"]},
)
with urllib.request.urlopen(request) as response:
    print(response.status, response.read().decode())`;
    case "PHP":
      return `<?php
$context = stream_context_create(["http" => [
    "header" => "Authorization: Bearer " . getenv("TOKEN"),
    "ignore_errors" => true,
]]);
$body = file_get_contents(${quoted.replaceAll("$", "\\$")}, false, $context);
echo $http_response_header[0], "\\n", $body, "\\n";`;
    case "Go":
      return `package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
)

func main() {
	request, err := http.NewRequest("GET", ${quoted}, nil)
	if err != nil {
		panic(err)
	}
	request.Header.Set("Authorization", "Bearer "+os.Getenv("TOKEN"))
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		panic(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		panic(err)
	}
	fmt.Println(response.StatusCode, string(body))
}`;
  }
}

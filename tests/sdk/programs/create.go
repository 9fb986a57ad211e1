// Creates a session with net/http, which is below plivo-go, and prints the answer.
package main

import (
	"io"
	"log"
	"net/http"
	"os"
	"strings"
)

func main() {
	id, token := os.Getenv("PLIVO_AUTH_ID"), os.Getenv("PLIVO_AUTH_TOKEN")
	body := strings.NewReader(`{"first_party": "+14155550123", "second_party": "+14155550145"}`)
	request, err := http.NewRequest("POST", "https://api.plivo.com/v1/Account/"+id+"/Masking/Session/", body)
	if err != nil {
		log.Fatal(err)
	}
	request.SetBasicAuth(id, token)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := io.Copy(os.Stdout, response.Body); err != nil {
		log.Fatal(err)
	}
}

// Asks the validators of Plivo's own Go SDK: a question as JSON a line, true or false a line.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	"github.com/plivo/plivo-go/v7"
)

type question struct {
	Version                              int
	Method, Url, Nonce, Signature, Token string
	Params                               map[string]string
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var asked question
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			panic(err)
		}
		if asked.Version == 2 {
			fmt.Println(plivo.ValidateSignatureV2(asked.Url, asked.Nonce, asked.Signature, asked.Token))
		} else {
			fmt.Println(plivo.ValidateSignatureV3(asked.Url, asked.Nonce, asked.Method, asked.Signature, asked.Token, asked.Params))
		}
	}
}

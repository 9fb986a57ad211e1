// The validators of Plivo's own Go SDK: a question as JSON a line, true, false or the text of a panic a line.
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
	answers := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var asked question
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			panic(err)
		}
		answers.Encode(verdict(asked))
	}
}

func verdict(asked question) (answer any) {
	defer func() {
		if failed := recover(); failed != nil {
			answer = fmt.Sprint(failed)
		}
	}()
	if asked.Version == 2 {
		return plivo.ValidateSignatureV2(asked.Url, asked.Nonce, asked.Signature, asked.Token)
	}
	return plivo.ValidateSignatureV3(asked.Url, asked.Nonce, asked.Method, asked.Signature, asked.Token, asked.Params)
}

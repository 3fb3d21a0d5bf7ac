// Command netpatrol is netpatrol with one bot more, which answers standing questions.
package main

import (
	"fmt"
	"io/fs"
	"os"

	"example.org/custombot"
	"netpatrol/cmd"
)

func main() {
	texts, err := fs.Sub(custombot.Texts, "text")
	bot, failed := custombot.New()
	if err != nil || failed != nil {
		fmt.Fprintln(os.Stderr, "custombot:", err, failed)
		os.Exit(1)
	}
	os.Exit(cmd.Main(cmd.Default().WithBot(bot).WithTexts(texts)))
}

// Command netpatrol is netpatrol with one platform more: the imaginary forum.
package main

import (
	"os"

	"example.org/customadapter"
	"netpatrol/cmd"
)

func main() {
	os.Exit(cmd.Main(cmd.Default().WithPlatform("forum", customadapter.Platform())))
}

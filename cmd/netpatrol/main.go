// Command netpatrol runs the official accounts of a public-safety agency.
package main

import (
	"os"

	"netpatrol/cmd"
)

func main() { os.Exit(cmd.Main(cmd.Default())) }

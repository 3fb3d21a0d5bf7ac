// Package app may wire everything but the commands.
package app

import (
	_ "netpatrol/bots"
	_ "netpatrol/cmd" // want import
	_ "netpatrol/internal/outbox"
)

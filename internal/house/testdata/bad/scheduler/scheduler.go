// Package scheduler reads the clock.
package scheduler

import "time"

func Next() time.Time { return time.Now() } // want clock

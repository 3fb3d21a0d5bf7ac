// Package intake keeps every rule.
package intake

import "time"

func Deadline(accepted time.Time) time.Time { return accepted.Add(30 * time.Minute) }

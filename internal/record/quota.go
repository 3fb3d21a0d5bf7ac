package record

import (
	"fmt"
	"time"

	"netpatrol/adapters"
)

// QuotaLedgerID names the ledger of an account's quota. A quota for each recipient has one
// for each, with the recipient's tag behind it.
func QuotaLedgerID(account string, q adapters.Quota) string {
	id := fmt.Sprintf("quota/%s/%s/%s/%d/%s%s", account, q.Scope, q.Channel, q.N, q.Per, q.Zone)
	if q.Monthly {
		id += "/monthly"
	}
	return id
}

// QuotaEnds is when a send made at a moment no longer counts: at the midnight that ends its
// last day, or its month. zone may be nil: then it is per after the send.
func QuotaEnds(q adapters.Quota, per time.Duration, zone *time.Location, at time.Time) time.Time {
	if zone == nil {
		return at.Add(per)
	}
	at = at.In(zone)
	if q.Monthly {
		return time.Date(at.Year(), at.Month()+1, 1, 0, 0, 0, 0, zone)
	}
	days := max(1, int(per/(24*time.Hour)))
	return time.Date(at.Year(), at.Month(), at.Day()+days, 0, 0, 0, 0, zone)
}

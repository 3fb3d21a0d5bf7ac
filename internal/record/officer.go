package record

import (
	"slices"
	"time"

	"netpatrol/bots"
)

// Role says what an officer may do.
type Role string

// The roles.
const (
	Editor    Role = "editor"    // 编辑
	Duty      Role = "officer"   // 民警
	Approver  Role = "approver"  // 审核
	Auditor   Role = "auditor"   // 审计
	Admin     Role = "admin"     // 管理员
	Volunteer Role = "volunteer" // 志愿者
)

// Officer is a person who signs in. ID is the sign-in name. States: active, suspended.
type Officer struct {
	bots.Head
	Name     string `json:"name"`
	Roles    []Role `json:"roles"`
	Password string `json:"password,omitempty"` // argon2id, PHC string
	Link     string `json:"link,omitempty"`     // hex SHA-256 of a one-time sign-in code; emptied by use
	UID      *int   `json:"uid,omitempty"`      // unix user whose socket connections are this officer's

	Site     string    `json:"site,omitempty"`    // of a [Liaison]: the one they sign in for
	LinkEnds time.Time `json:"linkEnds,omitzero"` // when Link is good no more; zero: when it is used
}

// RecordKind implements [bots.Record].
func (*Officer) RecordKind() bots.RecordKind { return KindOfficer }

// The states of an officer.
const (
	OfficerActive    = "active" // may sign in
	OfficerSuspended = "suspended"
)

// Is says whether the officer has one of the roles.
func (o *Officer) Is(roles ...Role) bool {
	if o.State != OfficerActive {
		return false
	}
	for _, r := range roles {
		if slices.Contains(o.Roles, r) {
			return true
		}
	}
	return false
}

// Outside says that somebody is no officer of the station, but signs in for a partner site.
func (o *Officer) Outside() bool { return o.Site != "" || slices.Contains(o.Roles, Liaison) }

// OnlyVolunteer says that somebody sends tips, and may do and see nothing else.
func (o *Officer) OnlyVolunteer() bool {
	return len(o.Roles) > 0 && !slices.ContainsFunc(o.Roles, func(r Role) bool { return r != Volunteer })
}

// Policy is what a station declares about itself.
type Policy struct {
	// OneOfficer: the station has a single officer; two-person rules are waived and every
	// record that used the waiver carries the mark.
	OneOfficer bool
}

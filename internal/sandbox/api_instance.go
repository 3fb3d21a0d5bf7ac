package sandbox

import "strings"

func (c *call) configuration() object {
	media := [...]int{4, 6}[c.m.opts.Flavour]
	return object{
		"urls":     object{"streaming": strings.Replace(c.m.opts.BaseURL, "http", "ws", 1), "status": nil, "about": nil, "privacy_policy": nil},
		"accounts": object{"max_featured_tags": 10, "max_pinned_statuses": 5},
		"statuses": object{
			"max_characters": c.m.opts.MaxChars, "max_media_attachments": media, "characters_reserved_per_url": c.m.perURL(),
		},
		"media_attachments": object{"supported_mime_types": []string{"image/jpeg", "image/png", "image/gif"}, "image_size_limit": maxBody},
		"polls":             object{"max_options": 4, "max_characters_per_option": 50, "min_expiration": 300, "max_expiration": 2629746},
		"translation":       object{"enabled": false},
	}
}

func (m *Microblog) version() string { return [...]string{"4.3.8", "0.20.0 sandbox"}[m.opts.Flavour] }

func instanceV2(c *call) (any, error) {
	v := object{
		"domain": c.m.domain, "title": c.m.opts.Title, "version": c.m.version(), "source_url": "", "description": "演练用的模拟微博，人物与内容均为虚构。",
		"usage": object{"users": object{"active_month": len(c.m.accounts)}}, "thumbnail": object{"url": ""}, "icon": []object{},
		"languages": []string{"zh"}, "configuration": c.configuration(),
		"registrations": object{"enabled": false, "approval_required": false, "message": nil, "url": nil},
		"contact":       object{"email": "", "account": nil}, "rules": []object{},
	}
	if c.m.opts.Flavour == Mastodon {
		v["api_versions"] = object{"mastodon": 2}
	}
	return v, nil
}

func instanceV1(c *call) (any, error) {
	v := object{
		"uri": c.m.domain, "title": c.m.opts.Title, "short_description": "", "description": "演练用的模拟微博，人物与内容均为虚构。", "email": "",
		"version": c.m.version(), "urls": object{"streaming_api": strings.Replace(c.m.opts.BaseURL, "http", "ws", 1)},
		"stats":     object{"user_count": len(c.m.accounts), "status_count": len(c.m.statuses), "domain_count": 0},
		"languages": []string{"zh"}, "registrations": false, "approval_required": false, "invites_enabled": false,
		"configuration": c.configuration(), "contact_account": nil, "rules": []object{},
	}
	if c.m.opts.Flavour == GoToSocial {
		v["max_toot_chars"] = c.m.opts.MaxChars
	}
	return v, nil
}

"""Users, repositories and rate limits as GitHub writes them."""

from datetime import datetime
from typing import Any

from local.github.accounts import Account, Repository
from local.github.git_objects import blob_sha, children, tree_sha

# What follows the repository's own address, in the order in which GitHub lists them.
_REPOSITORY_URLS = {
    "forks_url": "/forks",
    "keys_url": "/keys{/key_id}",
    "collaborators_url": "/collaborators{/collaborator}",
    "teams_url": "/teams",
    "hooks_url": "/hooks",
    "issue_events_url": "/issues/events{/number}",
    "events_url": "/events",
    "assignees_url": "/assignees{/user}",
    "branches_url": "/branches{/branch}",
    "tags_url": "/tags",
    "blobs_url": "/git/blobs{/sha}",
    "git_tags_url": "/git/tags{/sha}",
    "git_refs_url": "/git/refs{/sha}",
    "trees_url": "/git/trees{/sha}",
    "statuses_url": "/statuses/{sha}",
    "languages_url": "/languages",
    "stargazers_url": "/stargazers",
    "contributors_url": "/contributors",
    "subscribers_url": "/subscribers",
    "subscription_url": "/subscription",
    "commits_url": "/commits{/sha}",
    "git_commits_url": "/git/commits{/sha}",
    "comments_url": "/comments{/number}",
    "issue_comment_url": "/issues/comments{/number}",
    "contents_url": "/contents/{+path}",
    "compare_url": "/compare/{base}...{head}",
    "merges_url": "/merges",
    "archive_url": "/{archive_format}{/ref}",
    "downloads_url": "/downloads",
    "issues_url": "/issues{/number}",
    "pulls_url": "/pulls{/number}",
    "milestones_url": "/milestones{/number}",
    "notifications_url": "/notifications{?since,all,participating}",
    "labels_url": "/labels{/name}",
    "releases_url": "/releases{/id}",
    "deployments_url": "/deployments",
}
_USER_URLS = {
    "followers_url": "/followers",
    "following_url": "/following{/other_user}",
    "gists_url": "/gists{/gist_id}",
    "starred_url": "/starred{/owner}{/repo}",
    "subscriptions_url": "/subscriptions",
    "organizations_url": "/orgs",
    "repos_url": "/repos",
    "events_url": "/events{/privacy}",
    "received_events_url": "/received_events",
}
# What no repository of this endpoint differs in.
_ALIKE = {
    "has_issues": True,
    "has_projects": True,
    "has_downloads": True,
    "has_wiki": False,
    "has_pages": False,
    "has_discussions": False,
    "forks_count": 0,
    "forks": 0,
    "open_issues_count": 0,
    "open_issues": 0,
    "mirror_url": None,
    "license": None,
    "disabled": False,
    "allow_forking": True,
    "is_template": False,
    "web_commit_signoff_required": False,
    "permissions": {"admin": False, "maintain": False, "push": False, "triage": False, "pull": True},
}
WEB = "https://github.com"


def moment(time: datetime) -> str:
    """Return a time as GitHub writes it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def simple_user(account: Account, base: str) -> dict[str, Any]:
    """Return the account as it stands in other documents; ``base`` is the address of the API."""
    url = f"{base}/users/{account.login}"
    return {
        "login": account.login,
        "id": account.id,
        "node_id": f"U_{account.id}",
        "avatar_url": f"https://avatars.githubusercontent.com/u/{account.id}?v=4",
        "gravatar_id": "",
        "url": url,
        "html_url": f"{WEB}/{account.login}",
        **{name: url + end for name, end in _USER_URLS.items()},
        "type": account.kind,
        "user_view_type": "public",
        "site_admin": False,
    }


def user(account: Account, public_repos: int, base: str) -> dict[str, Any]:
    """Return the account's own document."""
    return simple_user(account, base) | {
        "name": account.name,
        "company": None,
        "blog": account.homepage or "",
        "location": None,
        "email": None,
        "hireable": None,
        "bio": account.description,
        "twitter_username": None,
        "public_repos": public_repos,
        "public_gists": 0,
        "followers": 0,
        "following": 0,
        "created_at": moment(account.created_at),
        "updated_at": moment(account.created_at),
    }


def organization(account: Account, public_repos: int, base: str) -> dict[str, Any]:
    """Return the document of an organisation."""
    url = f"{base}/orgs/{account.login}"
    return {
        "login": account.login,
        "id": account.id,
        "node_id": f"O_{account.id}",
        "url": url,
        **{f"{name}_url": f"{url}/{name}" for name in ("repos", "events", "hooks", "issues")},
        "members_url": f"{url}/members{{/member}}",
        "public_members_url": f"{url}/public_members{{/member}}",
        "avatar_url": f"https://avatars.githubusercontent.com/u/{account.id}?v=4",
        "description": account.description,
        "name": account.name,
        "blog": account.homepage or "",
        "public_repos": public_repos,
        "html_url": f"{WEB}/{account.login}",
        "created_at": moment(account.created_at),
        "updated_at": moment(account.created_at),
        "type": account.kind,
    }


def repository(found: Repository, owner: dict[str, Any], base: str) -> dict[str, Any]:
    """Return a repository as listings hold it, which is all that GitHub tells of it but a few counts."""
    url, web = f"{base}/repos/{found.full_name}", f"{WEB}/{found.full_name}"
    return {
        "id": found.id,
        "node_id": f"R_{found.id}",
        "name": found.name,
        "full_name": found.full_name,
        "private": found.private,
        "owner": owner,
        "html_url": web,
        "description": found.description,
        "fork": found.fork,
        "url": url,
        **{name: url + end for name, end in _REPOSITORY_URLS.items()},
        "created_at": moment(found.created_at),
        "updated_at": moment(found.updated_at),
        "pushed_at": moment(found.pushed_at),
        "git_url": f"git://github.com/{found.full_name}.git",
        "ssh_url": f"git@github.com:{found.full_name}.git",
        "clone_url": f"{web}.git",
        "svn_url": web,
        "homepage": found.homepage,
        "size": sum(found.tree.values()) // 1024,
        "stargazers_count": found.stars,
        "watchers_count": found.stars,
        "language": found.language,
        "watchers": found.stars,
        "archived": found.archived,
        "topics": list(found.topics),
        "visibility": "private" if found.private else "public",
        "default_branch": found.default_branch,
        **_ALIKE,
    }


def content_entry(found: Repository, path: str, base: str) -> dict[str, Any]:
    """Return what GitHub says of a file or folder, without what is in it."""
    size = found.tree.get(path)
    sha = tree_sha(found, path) if size is None else blob_sha(found, path)
    url = f"{base}/repos/{found.full_name}"
    own = f"{url}/contents/{path}?ref={found.default_branch}"
    git = f"{url}/git/{'trees' if size is None else 'blobs'}/{sha}"
    web = f"{WEB}/{found.full_name}/{'tree' if size is None else 'blob'}/{found.default_branch}/{path}"
    raw = f"https://raw.githubusercontent.com/{found.full_name}/{found.default_branch}/{path}"
    return {
        "name": path.rpartition("/")[2],
        "path": path,
        "sha": sha,
        "size": size or 0,
        "url": own,
        "html_url": web,
        "git_url": git,
        "download_url": None if size is None else raw,
        "type": "dir" if size is None else "file",
        "_links": {"self": own, "git": git, "html": web},
    }


def folder_listing(found: Repository, folder: str, base: str) -> list[dict[str, Any]]:
    """Return the entries of a folder, folders first."""
    folders, files = children(found.tree, folder)
    return [content_entry(found, path, base) for path in (*folders, *files)]

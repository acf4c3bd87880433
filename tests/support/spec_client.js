// 1. Submit search request
const response = await fetch('/search', {
  method: 'POST',
  headers: {
    'Content-Type': 'application/json',
    'user-id': 'john.doe@avient.com',
    'Authorization': `Bearer ${token}`
  },
  body: JSON.stringify({
    REQUEST_RESIN_FINAL: 'PP',
    REQUEST_COLOR_DESCR: 'blue',
    L: 45.5,
    a: 12.3,
    b: -25.7,
    k: 20
  })
});

const { request_id, status_url } = await response.json();

// 2. Poll status (every 2 seconds)
const pollStatus = async () => {
  const statusResponse = await fetch(status_url);
  const statusData = await statusResponse.json();

  if (statusData.status === 'completed') {
    // Display results
    displayResults(statusData.results);
    return;
  } else if (statusData.status === 'failed') {
    // Show error
    showError(statusData.error);
    return;
  } else {
    // Still processing, poll again
    setTimeout(pollStatus, 2000);
  }
};

pollStatus();

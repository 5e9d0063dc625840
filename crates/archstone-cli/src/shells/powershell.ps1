# archstone completion for PowerShell
Register-ArgumentCompleter -Native -CommandName 'PROGRAM' -ScriptBlock {
    param($word, $ast, $position)
    $words = @($ast.CommandElements | Where-Object { $_.Extent.EndOffset -lt $position } | ForEach-Object {
        if ($_ -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $_.Value } else { $_.Extent.Text }
    })
    $before = [Environment]::GetEnvironmentVariable('ARCHSTONE_COMPLETE')
    $encoding = [Console]::OutputEncoding
    try {
        $env:ARCHSTONE_COMPLETE = ($words + @("$word")) -join "`n"
        [Console]::OutputEncoding = [System.Text.Encoding]::UTF8
        $lines = @(archstone complete '--shell=powershell' 2>$null)
    } finally {
        [Environment]::SetEnvironmentVariable('ARCHSTONE_COMPLETE', $before)
        [Console]::OutputEncoding = $encoding
    }
    foreach ($line in $lines) {
        $text, $shown, $about = $line -split "`t", 3
        if ($text) {
            if (-not $about) { $about = $shown }
            [System.Management.Automation.CompletionResult]::new($text, $shown, 'ParameterValue', $about)
        }
    }
}

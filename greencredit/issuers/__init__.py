"""Who may issue credits? Registration, certification, assessment, filing (发行主体, 信用认证, 第三方评估, 备案)."""
